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
	var lastPost PostID
	posts, err = r.inBatches(ctx, batch, func(ctx context.Context) ([]Fact, error) {
		found, err := r.rows.PostsBetween(ctx, from, to, lastPost, batch)
		facts := make([]Fact, len(found))
		for i, post := range found {
			facts[i] = PostFact{Change: lastChange(post.Version, post.Deleted), Actor: post.AuthorID, At: post.UpdatedAt, Post: post}
		}
		return facts, err
	}, func(last Fact) { lastPost = last.(PostFact).Post.ID }) //nolint:forcetypeassert // made above
	if err != nil {
		return posts, 0, err
	}
	var lastComment CommentID
	comments, err = r.inBatches(ctx, batch, func(ctx context.Context) ([]Fact, error) {
		found, err := r.rows.CommentsBetween(ctx, from, to, lastComment, batch)
		facts := make([]Fact, len(found))
		for i, c := range found {
			facts[i] = CommentFact{Change: lastChange(c.Version, c.Deleted), Actor: c.AuthorID, At: c.UpdatedAt, Comment: c}
		}
		return facts, err
	}, func(last Fact) { lastComment = last.(CommentFact).Comment.ID }) //nolint:forcetypeassert // made above
	return posts, comments, err
}

// inBatches states what read finds, a transaction per batch, until a batch is
// not full; advance is told the last fact of each batch that committed.
func (r *Republisher) inBatches(ctx context.Context, size int, read func(ctx context.Context) ([]Fact, error), advance func(last Fact)) (stated int, err error) {
	for {
		var facts []Fact
		err := r.tx.InTx(ctx, func(ctx context.Context) (err error) {
			if facts, err = read(ctx); err != nil {
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
		advance(facts[len(facts)-1])
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
