package serviceclient

import (
	"sync"
	"time"
)

// budget counts calls and retries of the last seconds.
type budget struct {
	profile BudgetProfile
	now     func() time.Time

	mu      sync.Mutex
	seconds []tally // a ring, by second modulo its length
}

type tally struct {
	second         int64
	calls, retries int
}

func newBudget(profile BudgetProfile, now func() time.Time) *budget {
	return &budget{profile: profile, now: now, seconds: make([]tally, max(int(profile.Over/time.Second), 1))}
}

// call counts a call.
func (b *budget) call() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.current().calls++
}

// take counts a retry, if there may be another.
func (b *budget) take() bool {
	const whole = 100
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.current()
	calls, retries := 0, 0
	for _, t := range b.seconds {
		if t.second > now.second-int64(len(b.seconds)) {
			calls += t.calls
			retries += t.retries
		}
	}
	if retries >= max(calls*b.profile.Percent/whole, b.profile.AtLeast) {
		return false
	}
	now.retries++
	return true
}

func (b *budget) current() *tally {
	second := b.now().Unix()
	t := &b.seconds[second%int64(len(b.seconds))]
	if t.second != second {
		*t = tally{second: second}
	}
	return t
}
