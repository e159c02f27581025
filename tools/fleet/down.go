package fleet

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

const (
	downWithin = 15 * time.Second
	lookEvery  = 50 * time.Millisecond
)

// Down asks the process that runs the fleet to stop and waits until it has. A
// process that does not listen is killed; on Linux all that it started ends
// with it. Fails with ErrNotRunning where there is nothing to stop.
func Down(ctx context.Context, config Config) error {
	lock := config.layout().lock()
	pid, err := holder(lock)
	if err != nil {
		return err
	}
	if err := signal(pid, syscall.SIGTERM); err != nil {
		return err
	}
	err = awaitRelease(ctx, lock, downWithin)
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if err := signal(pid, syscall.SIGKILL); err != nil {
		return err
	}
	return awaitRelease(ctx, lock, downWithin)
}

func signal(pid int, s syscall.Signal) error {
	if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal process %d: %w", pid, err)
	}
	return nil
}

func awaitRelease(ctx context.Context, lock string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if _, err := holder(lock); errors.Is(err, ErrNotRunning) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the fleet to stop: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}
