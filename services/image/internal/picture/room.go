package picture

import (
	"context"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// WeighedRoom is a Room of a fixed number of bytes.
type WeighedRoom struct {
	slots *semaphore.Weighted
	size  int64
	wait  time.Duration
}

// NewRoom makes room for size bytes; who finds none within wait is refused.
func NewRoom(size int64, wait time.Duration) *WeighedRoom {
	return &WeighedRoom{slots: semaphore.NewWeighted(size), size: size, wait: wait}
}

// Enter implements Room. What is larger than the whole room takes all of it,
// alone. Fails with TOO_MANY_REQUESTS where no room came free in time.
func (r *WeighedRoom) Enter(ctx context.Context, bytes int64) (leave func(), err error) {
	bytes = min(bytes, r.size)
	waiting, cancel := context.WithTimeout(ctx, r.wait)
	defer cancel()
	if err := r.slots.Acquire(waiting, bytes); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, apierr.CodeTooManyRequests.Wrap(err).WithRetryAfter(r.wait)
	}
	return func() { r.slots.Release(bytes) }, nil
}
