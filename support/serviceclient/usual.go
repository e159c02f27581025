package serviceclient

import (
	"sync"
	"time"
)

// usualTime is a moving average of how long answered attempts take.
type usualTime struct {
	mu      sync.Mutex
	average time.Duration
}

func (u *usualTime) add(took time.Duration) {
	const weight = 8 // of what was known, against the new one
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.average == 0 {
		u.average = took
		return
	}
	u.average += (took - u.average) / (weight + 1)
}

// get is 0 while nothing was answered yet.
func (u *usualTime) get() time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.average
}
