package supervisor

import "time"

// Backoff is how long to wait before a part that ended is started again.
type Backoff struct {
	First, Max time.Duration
	// Forget is how long a part must have served for its earlier ends to be forgotten.
	Forget time.Duration
}

// DefaultBackoff waits 1 s, doubling to 30 s.
func DefaultBackoff() Backoff {
	return Backoff{First: time.Second, Max: 30 * time.Second, Forget: time.Minute}
}

// after is the wait after so many ends in a row, counted from 1.
func (b Backoff) after(ends int) time.Duration {
	wait := b.First
	for range ends - 1 {
		wait *= 2
		if wait >= b.Max {
			return b.Max
		}
	}
	return wait
}
