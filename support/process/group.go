package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Run is the body of a component. It calls ready when it does its work (again
// does nothing), and returns when ctx ends, having finished what it had begun. Returning before
// that, with or without an error, stops the whole group.
type Run func(ctx context.Context, ready func()) error

// Group runs components: started in the order of Add, each after the one
// before said ready; stopped in reverse, each after the one before returned.
type Group struct {
	stopLimit  time.Duration
	components []*component
}

type component struct {
	name   string
	run    Run
	cancel context.CancelFunc
	done   chan error
}

// NewGroup makes an empty group whose components have stopLimit each to return
// after they were told to stop.
func NewGroup(stopLimit time.Duration) *Group { return &Group{stopLimit: stopLimit} }

// Add appends a component.
func (g *Group) Add(name string, run Run) {
	g.components = append(g.components, &component{name: name, run: run, done: make(chan error, 1)})
}

// AddLoop appends a component that is ready at once.
func (g *Group) AddLoop(name string, run func(ctx context.Context) error) {
	g.Add(name, func(ctx context.Context, ready func()) error {
		ready()
		return run(ctx)
	})
}

// errEnded is a component that returned although nobody stopped it.
var errEnded = errors.New("ended by itself")

// errStopped is a start that was given up because the group is to stop.
var errStopped = errors.New("stopped while starting")

// errNotStopped is a component that did not return in time.
var errNotStopped = errors.New("did not stop in time")

// Run starts all components, waits until ctx ends or one of them returns, and
// stops them. It returns nil where ctx ended and all stopped well; else every
// failure, the first first.
func (g *Group) Run(ctx context.Context) error {
	failed := make(chan error, len(g.components))
	var started []*component
	err := func() error {
		for _, c := range g.components {
			started = append(started, c)
			if err := c.start(ctx, failed); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		}
	}()
	if errors.Is(err, errStopped) {
		err = nil
	}
	return errors.Join(err, g.stop(started), others(failed))
}

// others are the failures of components that failed beside the one that
// stopped the group.
func others(failed <-chan error) error {
	var failures []error
	for {
		select {
		case err := <-failed:
			failures = append(failures, err)
		default:
			return errors.Join(failures...)
		}
	}
}

func (c *component) start(ctx context.Context, failed chan error) error {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	ready := make(chan struct{})
	go func() {
		err := c.run(own, sync.OnceFunc(func() { close(ready) }))
		if own.Err() == nil {
			if err == nil {
				err = errEnded
			}
			failed <- fmt.Errorf("%s: %w", c.name, err)
			err = nil // reported
		}
		c.done <- err
	}()
	select {
	case <-ready:
		slog.Debug("component ready", "component", c.name)
		return nil
	case err := <-failed:
		return err
	case <-ctx.Done():
		return errStopped
	}
}

func (g *Group) stop(started []*component) error {
	var failures []error
	for _, s := range slices.Backward(started) {
		failures = append(failures, s.stop(g.stopLimit))
	}
	return errors.Join(failures...)
}

func (c *component) stop(limit time.Duration) error {
	c.cancel()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-c.done:
		if err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("stop %s: %w", c.name, err)
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("stop %s: %w (%s)", c.name, errNotStopped, limit)
	}
}
