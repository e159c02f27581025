package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	firstWait = 100 * time.Millisecond
	longWait  = 5 * time.Second
	probeTime = 3 * time.Second
)

// WaitFor calls probe until it returns nil, with waits that double from 0.1 s
// to 5 s, and logs each change of the reason. It is how a service that was
// first waits for what it needs instead of dying. It fails with ctx, and with an
// error of probe that is one of final: more waiting would not change that.
func WaitFor(ctx context.Context, what string, probe func(ctx context.Context) error, final ...error) error {
	wait, last := firstWait, ""
	for {
		err := probeOnce(ctx, probe)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("wait for %s: %w", what, ctx.Err())
		}
		if slices.ContainsFunc(final, func(target error) bool { return errors.Is(err, target) }) {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		if err.Error() != last {
			last = err.Error()
			slog.WarnContext(ctx, "waiting for dependency", "dependency", what, "error", err)
		}
		if err := Pause(ctx, wait/2+rand.N(wait/2)); err != nil { //nolint:gosec // jitter, not a secret (2026-11-21)
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		wait = min(2*wait, longWait)
	}
}

func probeOnce(ctx context.Context, probe func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	return probe(ctx)
}

// Pause returns nil after d, or the error of ctx where that ends first.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// failuresEvery is how often a failure of periodic work is logged at most: work that
// is done five times a second would fill the log in an outage.
const failuresEvery = 10 * time.Second

// Every calls work now and then once each interval until ctx ends; a call that
// takes longer delays the next and is never overlapped. Failures are logged
// under name, one in 10 s with how many were not, and counted by whoever counts
// inside work.
func Every(ctx context.Context, name string, interval time.Duration, work func(ctx context.Context) error) error {
	var logged time.Time
	unlogged := 0
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			if now := time.Now(); now.Sub(logged) >= failuresEvery { //nolint:forbidigo // measures elapsed time
				slog.ErrorContext(ctx, "periodic work failed", "work", name, "error", err, "unlogged", unlogged)
				logged, unlogged = now, 0
			} else {
				unlogged++
			}
		}
		if Pause(ctx, interval) != nil {
			return nil //nolint:nilerr // the end of ctx is how it ends
		}
	}
}
