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
	// LikesBetween is the same for likes of a kind of thing. What was taken back is
	// no like any more.
	LikesBetween(ctx context.Context, of Liked, from, to time.Time, after LikeID, limit int) ([]Like, error)
}

// Liked is a kind of thing that can be liked.
type Liked uint8

// The kinds.
const (
	LikedPost Liked = iota
	LikedComment
)

// LikeID is the number of a like among those of its kind.
type LikeID int64

// Like is a like that stands, as the fact that it came from.
type Like struct {
	ID   LikeID
	Fact LikeFact
}

// Restated is how much was stated again.
type Restated struct{ Posts, Comments, Likes int }

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

// Republish states the current version of every post, comment and like that was
// created in [from, to), as it was last changed, and returns how many. It can
// be run again: who has a version ignores it.
func (r *Republisher) Republish(ctx context.Context, from, to time.Time, batch int) (stated Restated, err error) {
	if stated.Posts, err = r.posts(ctx, from, to, batch); err != nil {
		return stated, err
	}
	if stated.Comments, err = r.comments(ctx, from, to, batch); err != nil {
		return stated, err
	}
	for _, of := range []Liked{LikedPost, LikedComment} {
		likes, err := r.likes(ctx, of, from, to, batch)
		stated.Likes += likes
		if err != nil {
			return stated, err
		}
	}
	return stated, nil
}

func (r *Republisher) posts(ctx context.Context, from, to time.Time, batch int) (int, error) {
	return inBatches(ctx, r, batch, func(ctx context.Context, after PostID) ([]Fact, PostID, error) {
		found, err := r.rows.PostsBetween(ctx, from, to, after, batch)
		facts := make([]Fact, len(found))
		for i, post := range found {
			facts[i] = PostFact{Change: lastChange(post.Version, post.Deleted), Actor: post.AuthorID, At: post.UpdatedAt, Post: post}
			after = post.ID
		}
		return facts, after, err
	})
}

func (r *Republisher) comments(ctx context.Context, from, to time.Time, batch int) (int, error) {
	return inBatches(ctx, r, batch, func(ctx context.Context, after CommentID) ([]Fact, CommentID, error) {
		found, err := r.rows.CommentsBetween(ctx, from, to, after, batch)
		facts := make([]Fact, len(found))
		for i, c := range found {
			facts[i] = CommentFact{Change: lastChange(c.Version, c.Deleted), Actor: c.AuthorID, At: c.UpdatedAt, Comment: c}
			after = c.ID
		}
		return facts, after, err
	})
}

func (r *Republisher) likes(ctx context.Context, of Liked, from, to time.Time, batch int) (int, error) {
	return inBatches(ctx, r, batch, func(ctx context.Context, after LikeID) ([]Fact, LikeID, error) {
		found, err := r.rows.LikesBetween(ctx, of, from, to, after, batch)
		facts := make([]Fact, len(found))
		for i, like := range found {
			facts[i], after = like.Fact, like.ID
		}
		return facts, after, err
	})
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
