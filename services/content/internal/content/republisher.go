package content

import (
	"context"
	"time"
)

// RangeReader finds what was created in a time range, in the order of ids.
type RangeReader interface {
	// PostsBetween returns at most limit posts that were created in [from, to)
	// and whose ids are above after, deleted ones too.
	PostsBetween(ctx context.Context, from, to time.Time, after PostID, limit int) ([]Post, error)
	// CommentsBetween is the same for comments.
	CommentsBetween(ctx context.Context, from, to time.Time, after CommentID, limit int) ([]Comment, error)
}

// Republisher states what is known again, for those who have lost it.
type Republisher struct {
	tx    Transactor
	rows  RangeReader
	facts FactLog
}

// NewRepublisher reads rows and states facts, batch by batch in a transaction of tx each.
func NewRepublisher(tx Transactor, rows RangeReader, facts FactLog) *Republisher {
	return &Republisher{tx: tx, rows: rows, facts: facts}
}

// Republish states the current version of every post and comment that was
// created in [from, to), as it was last changed, and returns how many. It can
// be run again: who has a version ignores it.
func (r *Republisher) Republish(ctx context.Context, from, to time.Time, batch int) (posts, comments int, err error) {
	posts, err = inBatches(ctx, r, batch, func(ctx context.Context, after PostID) ([]Fact, PostID, error) {
		found, err := r.rows.PostsBetween(ctx, from, to, after, batch)
		facts := make([]Fact, len(found))
		for i, post := range found {
			facts[i] = PostFact{Change: lastChange(post.Version, post.Deleted), Actor: post.AuthorID, At: post.UpdatedAt, Post: post}
			after = post.ID
		}
		return facts, after, err
	})
	if err != nil {
		return posts, 0, err
	}
	comments, err = inBatches(ctx, r, batch, func(ctx context.Context, after CommentID) ([]Fact, CommentID, error) {
		found, err := r.rows.CommentsBetween(ctx, from, to, after, batch)
		facts := make([]Fact, len(found))
		for i, c := range found {
			facts[i] = CommentFact{Change: lastChange(c.Version, c.Deleted), Actor: c.AuthorID, At: c.UpdatedAt, Comment: c}
			after = c.ID
		}
		return facts, after, err
	})
	return posts, comments, err
}

// inBatches states what read finds after an id, a transaction per batch, until a
// batch is not full. read returns the last id that it found.
func inBatches[ID any](ctx context.Context, r *Republisher, size int, read func(ctx context.Context, after ID) ([]Fact, ID, error)) (stated int, err error) {
	var after ID
	for {
		var facts []Fact
		var last ID
		err := r.tx.InTx(ctx, func(ctx context.Context) (err error) {
			if facts, last, err = read(ctx, after); err != nil {
				return err
			}
			return r.facts.Record(ctx, facts...)
		})
		if err != nil {
			return stated, err
		}
		stated += len(facts)
		if len(facts) < size {
			return stated, nil
		}
		after = last
	}
}

// lastChange is what the version of a thing came from.
func lastChange(version int64, deleted bool) Change {
	switch {
	case deleted:
		return Deleted
	case version == 1:
		return Created
	default:
		return Revised
	}
}
