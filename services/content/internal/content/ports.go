package content

import (
	"context"
	"errors"
	"time"
)

// ErrAbsent is what stores return for a row that does not exist.
var ErrAbsent = errors.New("content: absent")

// ErrPresent is what stores return for a row that already exists.
var ErrPresent = errors.New("content: present")

// Transactor runs use cases whole or not at all.
type Transactor interface {
	// InTx commits where do returns nil, and undoes everything otherwise. It
	// may run do again after a deadlock.
	InTx(ctx context.Context, do func(ctx context.Context) error) error
}

// FactLog keeps facts until they are published.
type FactLog interface {
	// Record appends facts in the transaction of ctx, in their order.
	Record(ctx context.Context, facts ...Fact) error
}

// PostStore keeps posts. Locks last until the transaction of ctx ends.
type PostStore interface {
	// AddPost inserts post with counters at zero and returns its id.
	AddPost(ctx context.Context, post Post) (PostID, error)
	// LockPost finds a post, deleted ones too, for changing it; else ErrAbsent.
	LockPost(ctx context.Context, id PostID) (Post, error)
	// SharePost finds a post, deleted ones too, and keeps others from changing
	// it, not from sharing it; else ErrAbsent.
	SharePost(ctx context.Context, id PostID) (Post, error)
	// UpdatePost writes texts, times, version and deletion of a locked post.
	UpdatePost(ctx context.Context, post Post) error
}

// PostCounterStore keeps the counters of posts. Its changes take the lock that
// hot posts queue on, so they are the last thing a use case does.
type PostCounterStore interface {
	// FindCounters returns a post's counters, and whether viewer likes it.
	FindCounters(ctx context.Context, id PostID, viewer MemberID) (counters PostCounters, liked bool, err error)
	// AddToPost adds to the counters; activity is when that happened, and makes
	// the post recently active.
	AddToPost(ctx context.Context, id PostID, likes, comments int64, activity time.Time) error
	// TakeFromPost subtracts from the counters and finds the latest activity
	// that is left.
	TakeFromPost(ctx context.Context, id PostID, likes, comments int64) error
}

// CommentStore keeps comments.
type CommentStore interface {
	AddComment(ctx context.Context, comment Comment) (CommentID, error)
	// FindComment finds a comment, deleted ones too, without a lock; else ErrAbsent.
	FindComment(ctx context.Context, id CommentID) (Comment, error)
	// UpdateComment writes text, time of change and version of a locked comment.
	UpdateComment(ctx context.Context, comment Comment) error
	// DeleteComments marks locked comments deleted, each with its next version.
	DeleteComments(ctx context.Context, ids []CommentID) error
}

// CommentLocker locks comments until the transaction of ctx ends.
type CommentLocker interface {
	// LockComments finds and locks the comments with these ids, deleted ones
	// too, by ascending id. Those that do not exist are left out.
	LockComments(ctx context.Context, ids ...CommentID) ([]Comment, error)
	// LockReplies finds and locks the live comments that answer any of parents.
	LockReplies(ctx context.Context, parents []CommentID) ([]Comment, error)
}

// CommentCounterStore keeps the counters of comments.
type CommentCounterStore interface {
	// AddReplies changes how many direct replies a comment has.
	AddReplies(ctx context.Context, id CommentID, delta int64) error
	// AddCommentLikes changes how many members like a live comment, else ErrAbsent.
	AddCommentLikes(ctx context.Context, id CommentID, delta int64) error
}

// PostLikeStore keeps who likes which post. A like has a version that outlives
// it, so that likes and cancels of a pair can be put in order.
type PostLikeStore interface {
	// AddPostLike returns the like's version, or ErrPresent.
	AddPostLike(ctx context.Context, post PostID, member MemberID, at time.Time) (version int64, err error)
	// RemovePostLike returns the version of the removal, or ErrAbsent.
	RemovePostLike(ctx context.Context, post PostID, member MemberID) (version int64, err error)
}

// CommentLikeStore keeps who likes which comment, as PostLikeStore does for posts.
type CommentLikeStore interface {
	AddCommentLike(ctx context.Context, comment CommentID, member MemberID, at time.Time) (version int64, err error)
	RemoveCommentLike(ctx context.Context, comment CommentID, member MemberID) (version int64, err error)
	// HasLikedComment says whether member likes comment.
	HasLikedComment(ctx context.Context, comment CommentID, member MemberID) (bool, error)
}

// PostRows is all that is kept of posts.
type PostRows interface {
	PostStore
	PostCounterStore
	PostLikeStore
}

// CommentRows is all that is kept of comments.
type CommentRows interface {
	CommentStore
	CommentLocker
	CommentCounterStore
	CommentLikeStore
}

// Store is everything that the use cases need of a database.
type Store interface {
	Transactor
	PostRows
	CommentRows
}

// Clock tells the time, in UTC with at most microseconds.
type Clock func() time.Time

// PostState is a post with everything that its owner knows of it.
type PostState struct {
	Post
	PostCounters
	LastActivityAt time.Time
}

// StateReader reads the current state of everything, for rebuilding what is
// derived from it: in the order of ids, deleted rows too.
type StateReader interface {
	// ListPosts returns at most limit posts whose ids are above after.
	ListPosts(ctx context.Context, after PostID, limit int) ([]PostState, error)
	// ListComments returns at most limit comments whose ids are above after.
	ListComments(ctx context.Context, after CommentID, limit int) ([]Comment, error)
}
