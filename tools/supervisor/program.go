package supervisor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
)

const (
	probeEvery  = 50 * time.Millisecond
	probeWithin = 2 * time.Second
)

// ErrEarlyEnd is the cause of a program that ended before it served.
var ErrEarlyEnd = errors.New("ended before it served")

// Program is a Part that is one process.
type Program struct {
	// Spec says what to run.
	Spec child.Spec
	// Probe asks whether it serves; nil means as soon as it runs.
	Probe func(ctx context.Context) error
	// ReadyWithin limits a start.
	ReadyWithin time.Duration

	mu      sync.Mutex
	process *child.Process
}

// Start implements Part.
func (p *Program) Start(ctx context.Context) error {
	output := NewTail(p.Spec.Log)
	spec := p.Spec
	spec.Log = output
	process, err := child.Start(spec)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.process = process
	p.mu.Unlock()
	if p.Probe == nil {
		return nil
	}
	if err := p.awaitReady(ctx, process); err != nil {
		err = errors.Join(err, process.Kill())
		return fmt.Errorf("%w; its last output:\n%s", err, output)
	}
	return nil
}

func (p *Program) awaitReady(ctx context.Context, process *child.Process) error {
	ctx, cancel := context.WithTimeout(ctx, p.ReadyWithin)
	defer cancel()
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for {
		probeCtx, cancelProbe := context.WithTimeout(ctx, probeWithin)
		err := p.Probe(probeCtx)
		cancelProbe()
		select {
		case <-process.Done(): // also where somebody else answered in its place
			return fmt.Errorf("%w: %w", ErrEarlyEnd, errors.Join(process.Err(), err))
		default:
		}
		if err == nil {
			return nil
		}
		select {
		case <-process.Done():
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("not ready within %s: %w", p.ReadyWithin, err)
		}
	}
}

func (p *Program) current() *child.Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.process
}

// Done implements Part.
func (p *Program) Done() <-chan struct{} {
	if process := p.current(); process != nil {
		return process.Done()
	}
	closed := make(chan struct{})
	close(closed)
	return closed
}

// Err says how the program ended.
func (p *Program) Err() error {
	if process := p.current(); process != nil {
		return process.Err()
	}
	return nil
}

// Stop implements Part.
func (p *Program) Stop(ctx context.Context) error {
	if process := p.current(); process != nil {
		return process.Stop(ctx)
	}
	return nil
}

// Pid implements Part.
func (p *Program) Pid() int {
	if process := p.current(); process != nil {
		return process.Pid()
	}
	return 0
}
