package storm

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
	"github.com/dailyfeed/dailyfeed/support/testenv/server"
	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/proxy"
)

const (
	actsWithin  = 30 * time.Second // a storm goes on also while nobody can do anything
	pointWithin = 8 * time.Second
	lookEvery   = 10 * time.Millisecond
	jobReplica  = 9 // the replica that jobs are run as
	jobWithin   = time.Minute
	lateness    = 40 * time.Millisecond
)

// Rage does what is planned, one fault after the other, until ctx ends. acts is how
// much the crowd has done. said hears of each fault before it happens; done is how many
// happened.
func (p Plan) Rage(ctx context.Context, a *arena.Arena, acts func() int64, said func(n int, f Fault)) (done int, err error) {
	due := acts()
	for n, f := range p {
		due += f.After
		awaitActs(ctx, acts, due)
		if over(ctx) {
			return done, nil
		}
		said(n+1, f)
		if err := f.strike(ctx, a); err != nil && !over(ctx) {
			return done, fmt.Errorf("fault %d (%s): %w", n+1, f, err)
		}
		done++
	}
	return done, nil
}

func over(ctx context.Context) bool { return ctx.Err() != nil }

func awaitActs(ctx context.Context, acts func() int64, until int64) {
	ctx, cancel := context.WithTimeout(ctx, actsWithin)
	defer cancel()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for acts() < until {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (f Fault) strike(ctx context.Context, a *arena.Arena) error {
	switch f.Kind {
	case Kill, Pause:
		if number, ok := strings.CutPrefix(f.Target, "kafka-"); ok {
			return f.strikeBroker(ctx, a, number)
		}
		if f.Kind == Pause {
			return a.Pause(ctx, f.Target, f.For)
		}
		_, err := a.Kill(ctx, f.Target)
		return err
	case Cut, Reset, Freeze, Slow:
		return f.strikeLine(ctx, a)
	case Flush:
		client := redis.NewClient(&redis.Options{Addr: a.Stores().Redis})
		defer func() { _ = client.Close() }()
		return client.FlushAll(ctx).Err()
	case KillPoint:
		return f.strikeAt(ctx, a)
	case DrainJob:
		return f.strikeJob(ctx, a)
	}
	return nil
}

func (f Fault) strikeBroker(ctx context.Context, a *arena.Arena, number string) error {
	n, err := strconv.Atoi(number)
	if err != nil {
		return fmt.Errorf("broker %s: %w", number, err)
	}
	broker := a.Broker(n)
	if f.Kind == Pause {
		defer func() { _ = broker.Resume() }()
		if err := broker.Pause(); err != nil {
			return err
		}
		arena.Wait(ctx, f.For)
		return nil
	}
	return restart(broker)
}

// restart also happens when the run is over: the next comparison needs the broker.
func restart(broker *server.Kafka) error {
	ctx, cancel := context.WithTimeout(context.Background(), jobWithin)
	defer cancel()
	return broker.Restart(ctx)
}

func (f Fault) strikeLine(ctx context.Context, a *arena.Arena) error {
	line, err := a.LineOf(f.Target)
	if err != nil {
		return err
	}
	switch f.Kind { //nolint:exhaustive // those of lines
	case Reset:
		return line.Reset()
	case Cut:
		line.Cut()
		arena.Wait(ctx, f.For)
		return line.Restore()
	case Freeze:
		thaw := line.Freeze()
		arena.Wait(ctx, f.For)
		thaw()
	default:
		line.Slow(lateness)
		arena.Wait(ctx, f.For)
		line.Slow(0)
	}
	return nil
}

// strikeAt waits until the part is at the point. Where it does not come there in time
// it is killed where it is.
func (f Fault) strikeAt(ctx context.Context, a *arena.Arena) error {
	place := f.Point.Of(f.Target)
	line, err := place.Line(a, f.Target)
	if err != nil {
		return err
	}
	trap := proxy.NewTrap(place.Hold, place.Match, 0)
	line.Trap(trap)
	defer trap.Lose()
	limited, cancel := context.WithTimeout(ctx, pointWithin)
	defer cancel()
	_ = trap.Await(limited) // see above
	_, err = a.Kill(ctx, f.Target)
	return err
}

// strikeJob runs a drain as a CronJob does, and kills it after a while if it still runs.
func (f Fault) strikeJob(ctx context.Context, a *arena.Arena) error {
	spec, err := a.Spec(f.Target, jobReplica, "drain-dead-letters")
	if err != nil {
		return err
	}
	job, err := child.Start(spec)
	if err != nil {
		return err
	}
	arena.Wait(ctx, f.For)
	return job.Kill()
}
