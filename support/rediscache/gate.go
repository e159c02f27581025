package rediscache

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	failuresToClose = 5
	firstPause      = 100 * time.Millisecond
	longestPause    = time.Second
)

// ErrDown is what commands fail with, at once, while Redis is taken to be down.
var ErrDown = errors.New("rediscache: redis is down")

// gate is a go-redis hook: it closes after failures in a row, then lets one
// command through per pause, and opens when one of those succeeds.
//
//	open --5 failures in a row--> closed --a trial succeeds--> open
//	                                ^ |
//	                                +-+ a trial fails: a longer pause
type gate struct {
	now func() time.Time

	mu       sync.Mutex
	failures int
	pause    time.Duration // 0 while the gate is open
	until    time.Time
	refused  uint64
}

func newGate(now func() time.Time) *gate { return &gate{now: now} }

// admittedKey marks the context of a command that has passed: the handshake of
// a new connection comes by here again, inside the command that needs it.
type admittedKey struct{}

// DialHook implements redis.Hook.
func (g *gate) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (g *gate) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		return g.pass(ctx, []redis.Cmder{cmd}, func(ctx context.Context) error { return next(ctx, cmd) })
	}
}

// ProcessPipelineHook implements redis.Hook.
func (g *gate) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		return g.pass(ctx, cmds, func(ctx context.Context) error { return next(ctx, cmds) })
	}
}

// pass sends commands to Redis, or fails each of them here.
func (g *gate) pass(ctx context.Context, cmds []redis.Cmder, command func(context.Context) error) error {
	if ctx.Value(admittedKey{}) != nil {
		return command(ctx)
	}
	err := ctx.Err() // of a caller that is out of time, as many are under overload: it says nothing of Redis
	if err == nil {
		err = g.admit()
	}
	if err != nil {
		for _, cmd := range cmds {
			cmd.SetErr(err)
		}
		return err
	}
	err = command(context.WithValue(ctx, admittedKey{}, true))
	g.report(err)
	return err
}

func (g *gate) admit() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pause == 0 {
		return nil
	}
	now := g.now()
	if now.Before(g.until) {
		g.refused++
		return ErrDown
	}
	g.until = now.Add(g.pause) // this one tries; the next after another pause
	return nil
}

func (g *gate) report(err error) {
	if errors.Is(err, context.Canceled) { // the caller left: nothing was learnt
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !isOutage(err) {
		g.failures, g.pause = 0, 0
		return
	}
	g.failures++
	if g.failures >= failuresToClose {
		g.pause = min(max(g.pause*2, firstPause), longestPause)
		g.until = g.now().Add(g.pause)
	}
}

// isOutage tells a Redis that did not answer from one that answered with an error.
func isOutage(err error) bool {
	var answered redis.Error
	return err != nil && !errors.As(err, &answered)
}

func (g *gate) refusals() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.refused
}
