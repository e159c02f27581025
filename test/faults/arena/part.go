package arena

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

var (
	errNoLine  = errors.New("no such line")
	errNoPart  = errors.New("no such part")
	errNotBack = errors.New("did not come back")
)

const (
	lookEvery  = 10 * time.Millisecond
	backWithin = 90 * time.Second
)

// Broker is one of Kafka's brokers, counted from 0.
func (a *Arena) Broker(n int) *server.Kafka { return a.kafka.Brokers[n] }

// Brokers is how many there are.
func (a *Arena) Brokers() int { return len(a.kafka.Brokers) }

func (a *Arena) status(part string) (supervisor.Status, error) {
	for _, s := range a.Statuses() {
		if s.Name == part {
			return s, nil
		}
	}
	return supervisor.Status{}, fmt.Errorf("%w: %s", errNoPart, part)
}

// Parts are the replicas of a service, or a store.
func (a *Arena) Parts(name string) (parts []string) {
	for _, s := range a.Statuses() {
		if s.Name == name || strings.HasPrefix(s.Name, name+"-") {
			parts = append(parts, s.Name)
		}
	}
	return parts
}

// Signal sends a signal to the process of a part that serves, and returns its id.
func (a *Arena) Signal(ctx context.Context, part string, signal syscall.Signal) (pid int, err error) {
	s, err := a.serving(ctx, part, 0)
	if err != nil {
		return 0, err
	}
	if err := syscall.Kill(s.Pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
		return 0, fmt.Errorf("signal %s: %w", part, err)
	}
	return s.Pid, nil
}

// serving waits until a part serves with another process than not.
func (a *Arena) serving(ctx context.Context, part string, not int) (supervisor.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, backWithin)
	defer cancel()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		s, err := a.status(part)
		if err != nil || s.State == supervisor.Ready && s.Pid != not {
			return s, err
		}
		select {
		case <-ctx.Done():
			return s, fmt.Errorf("%s %w: it is %s since %s (%s)", part, errNotBack, s.State, time.Since(s.Since).Round(time.Second), shorten(s.Cause))
		case <-ticker.C:
		}
	}
}

const shownCause = 400

func shorten(text string) string { return text[:min(len(text), shownCause)] }

// Kill ends the process of a part (kill -9).
func (a *Arena) Kill(ctx context.Context, part string) (pid int, err error) {
	return a.Signal(ctx, part, syscall.SIGKILL)
}

// AwaitBack waits until a part serves that had the process pid.
func (a *Arena) AwaitBack(ctx context.Context, part string, pid int) error {
	_, err := a.serving(ctx, part, pid)
	return err
}

// Pause freezes a part for a while (SIGSTOP, SIGCONT).
func (a *Arena) Pause(ctx context.Context, part string, during time.Duration) error {
	pid, err := a.Signal(ctx, part, syscall.SIGSTOP)
	if err != nil {
		return err
	}
	Wait(ctx, during)
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("resume %s: %w", part, err)
	}
	return nil
}

// Wait lets time pass, where time is what a fault consists of.
func Wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// KillableStores are the stores that are parts.
func (a *Arena) KillableStores() []string {
	if a.config.LooseMongoDB {
		return []string{"mysql", "redis"}
	}
	return []string{"mysql", "redis", "mongodb"}
}
