package content

import (
	"context"
	"time"
)

// PostRead is one view of a post by a member who is not its author.
type PostRead struct {
	// EventID is the UUID of the view, in its 16 bytes: a view that is told
	// twice counts once.
	EventID [16]byte
	PostID  PostID
}

// ReadStore counts views.
type ReadStore interface {
	// CountReads adds the views that it has not counted before, in one
	// transaction.
	CountReads(ctx context.Context, reads []PostRead, now time.Time) error
	// ForgetReads removes at most limit counted views from before that time,
	// and returns how many it removed.
	ForgetReads(ctx context.Context, before time.Time, limit int) (int64, error)
}
