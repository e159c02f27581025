package picture

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// WeighedRoom is a Room of a fixed number of places to work and of bytes.
type WeighedRoom struct {
	places *semaphore.Weighted
	slots  *semaphore.Weighted
	size   int64
	wait   time.Duration
}

// NewRoom makes room for size bytes and that many pictures at once; who finds
// none within wait is refused. More places than processors gain nothing.
func NewRoom(size int64, places int, wait time.Duration) *WeighedRoom {
	return &WeighedRoom{
		places: semaphore.NewWeighted(int64(places)), slots: semaphore.NewWeighted(size),
		size: size, wait: wait,
	}
}

// Sit waits for a place to work. Those who wait are served in their order.
// Fails with TOO_MANY_REQUESTS where none came free in time.
func (r *WeighedRoom) Sit(ctx context.Context) (leave func(), err error) {
	return r.acquire(ctx, r.places, 1)
}

// Enter implements Room. What is larger than the whole room takes all of it,
// alone. Fails with TOO_MANY_REQUESTS where no room came free in time.
func (r *WeighedRoom) Enter(ctx context.Context, bytes int64) (leave func(), err error) {
	return r.acquire(ctx, r.slots, min(bytes, r.size))
}

func (r *WeighedRoom) acquire(ctx context.Context, from *semaphore.Weighted, n int64) (release func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, r.wait)
	defer cancel()
	if err := from.Acquire(waiting, n); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("wait to decode: %w", ctx.Err())
		}
		return nil, apierr.CodeTooManyRequests.Wrap(err).WithRetryAfter(r.wait)
	}
	return func() { from.Release(n) }, nil
}
