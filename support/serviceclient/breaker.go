package serviceclient

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
)

// breaker is gobreaker's state machine with a verdict of its own: gobreaker
// counts failures in a period and knows no slow calls, while the contract's
// window is the last N calls, with a percentage for failed and one for slow
// ones. So gobreaker is told "failure" only when the window says that it is
// time to open, and "success" otherwise. How long it is open is decided here as
// well: gobreaker's own time cannot be cut short when the target is back, and so
// is as short as can be, and the door is held in admit.
//
//	closed --window is over a percentage--> open --OpenFor, or ready--> half-open
//	  ^                                      ^                            | |
//	  |                                      +--over, of N ---------------+ |
//	  +---------------------- N calls, not over ----------------------------+
type breaker struct {
	target   string
	profile  BreakerProfile
	now      func() time.Time
	observer Observer
	ready    func(ctx context.Context) bool // nil: nobody can say

	mu        sync.Mutex
	machine   *gobreaker.TwoStepCircuitBreaker[struct{}]
	state     State
	era       int // counts changes: a call belongs to the state that let it through
	window    *window
	openUntil time.Time
	early     int         // trials that readiness has brought about since it was closed
	probing   *time.Timer // the next look at readiness, while open
	nextLook  time.Time
	changes   []change // not told yet
	telling   sync.Mutex
}

type change struct{ from, to State }

var (
	errOver     = errors.New("over a percentage")
	errNotTaken = errors.New("says nothing")
)

func newBreaker(target string, profile BreakerProfile, now func() time.Time, observer Observer, ready func(context.Context) bool) *breaker {
	b := &breaker{target: target, profile: profile, now: now, observer: observer, ready: ready, window: newWindow(profile.Window)}
	b.machine = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:          target,
		MaxRequests:   uint32(max(profile.HalfOpenCalls, 1)),
		Timeout:       1, // none: see breaker
		ReadyToTrip:   func(gobreaker.Counts) bool { return true },
		IsExcluded:    func(err error) bool { return errors.Is(err, errNotTaken) },
		OnStateChange: func(_ string, from, to gobreaker.State) { b.changed(stateOf(from), stateOf(to)) },
	})
	return b
}

func stateOf(s gobreaker.State) State {
	switch s {
	case gobreaker.StateOpen:
		return Open
	case gobreaker.StateHalfOpen:
		return HalfOpen
	case gobreaker.StateClosed:
		return Closed
	}
	return Closed
}

// admit lets a call through, which must then be reported once, or refuses it
// with *NotMadeError.
func (b *breaker) admit() (report func(Outcome, time.Duration), err error) {
	defer b.tell()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isShut() {
		return nil, &NotMadeError{Target: b.target, Outcome: Rejected, RetryAfter: b.untilTrial()}
	}
	done, err := b.machine.Allow()
	if err != nil {
		return nil, &NotMadeError{Target: b.target, Outcome: Rejected, RetryAfter: b.untilTrial()}
	}
	era := b.era
	return func(outcome Outcome, elapsed time.Duration) { b.report(era, done, outcome, elapsed) }, nil
}

func (b *breaker) report(era int, done func(error), outcome Outcome, elapsed time.Duration) {
	defer b.tell()
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case era != b.era: // the state has changed meanwhile: gobreaker would ignore it too
	case b.profile.Window <= 0, outcome != Failed && outcome != Answered:
		done(errNotTaken)
	default:
		b.window.add(result{failed: outcome == Failed, slow: elapsed >= b.profile.SlowIs})
		done(b.verdict())
	}
}

// verdict is errOver when it is time to open. While half-open, percentages are
// of all HalfOpenCalls, so that the answer is known as soon as it cannot change.
func (b *breaker) verdict() error {
	calls := b.window.filled
	if b.state == HalfOpen {
		calls = b.profile.HalfOpenCalls
	} else if calls < b.profile.MinCalls {
		return nil
	}
	if b.window.over(b.profile.FailurePercent, b.profile.SlowPercent, calls) {
		return errOver
	}
	return nil
}

// changed is called by the machine, under mu.
func (b *breaker) changed(from, to State) {
	b.state = to
	b.era++
	b.window = newWindow(b.profile.Window)
	switch to {
	case Open:
		b.openUntil = b.now().Add(b.profile.OpenFor)
		b.lookAfter(b.firstLook())
	case Closed:
		b.early = 0
	case HalfOpen:
	}
	b.changes = append(b.changes, change{from, to})
}

// tell tells the observer what changed, outside of mu and in order.
func (b *breaker) tell() {
	b.telling.Lock()
	defer b.telling.Unlock()
	b.mu.Lock()
	changes := b.changes
	b.changes = nil
	b.mu.Unlock()
	for _, c := range changes {
		b.observer.StateChanged(b.target, c.from, c.to)
	}
}

// isShut says whether it is open and its time is not over.
func (b *breaker) isShut() bool { return b.state == Open && b.now().Before(b.openUntil) }

// untilTrial is when calls may be let through again; a second at least, and
// while half-open.
func (b *breaker) untilTrial() time.Duration {
	trial := b.openUntil
	if b.ready != nil && b.nextLook.Before(trial) {
		trial = b.nextLook
	}
	return max(trial.Sub(b.now()), time.Second)
}

// current is the state now: an open breaker whose time is over is half-open.
func (b *breaker) current() State {
	defer b.tell()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.settled()
}

// settled is current, under mu.
func (b *breaker) settled() State {
	if b.isShut() {
		return Open
	}
	return stateOf(b.machine.State())
}
