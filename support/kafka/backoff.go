package kafka

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff is a wait that doubles from least to most, each time with jitter, so
// that many who failed together do not come back together.
type backoff struct {
	least, most time.Duration
	next        time.Duration
}

// wait waits; it returns false, at once, when ctx ends.
func (b *backoff) wait(ctx context.Context) bool {
	b.next = min(max(b.next, b.least), b.most)
	timer := time.NewTimer(b.next/2 + rand.N(b.next/2+1)) //nolint:gosec // jitter is no secret (2026-11-21)
	defer timer.Stop()
	b.next *= 2
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// reset begins again with the least wait, after a success.
func (b *backoff) reset() { b.next = 0 }
