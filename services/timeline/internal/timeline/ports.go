package timeline

import (
	"context"
	"errors"
	"time"
)

// ErrAbsent is what readers return for a row that does not exist or is deleted.
var ErrAbsent = errors.New("timeline: absent")

// Clock tells the time.
type Clock func() time.Time

// PostFinder finds posts as viewer sees them.
type PostFinder interface {
	// FindPost finds a live post, else ErrAbsent.
	FindPost(ctx context.Context, viewer MemberID, id PostID) (Post, error)
	// FindPosts finds posts, deleted ones too, in any order and in one query.
	// Those that do not exist are left out.
	FindPosts(ctx context.Context, viewer MemberID, ids []PostID) ([]Post, error)
	// FindCounters finds the counters of a live post, else ErrAbsent.
	FindCounters(ctx context.Context, id PostID) (PostCounters, error)
}

// PostLister lists live posts as viewer sees them.
type PostLister interface {
	// ListPostsOf lists the posts of an author, newest first.
	ListPostsOf(ctx context.Context, viewer, author MemberID, slice Slice) ([]Post, error)
	// ListRanked lists posts that were created at since or later, best first.
	// A zero since is no limit.
	ListRanked(ctx context.Context, viewer MemberID, ranking Ranking, since time.Time, slice Slice) ([]Post, error)
	// ListBetween lists the posts created in [from, until), newest first.
	ListBetween(ctx context.Context, viewer MemberID, from, until time.Time, slice Slice) ([]Post, error)
	// CountBetween counts the posts that ListBetween lists.
	CountBetween(ctx context.Context, from, until time.Time) (int64, error)
}

// PostStore is everything that the use cases of posts need of a database.
type PostStore interface {
	PostFinder
	PostLister
}

// CommentStore finds live comments of live posts as viewer sees them.
type CommentStore interface {
	// FindComment finds a comment, else ErrAbsent.
	FindComment(ctx context.Context, viewer MemberID, id CommentID) (Comment, error)
	// ListCommentsBy lists the comments and replies of an author, newest first.
	ListCommentsBy(ctx context.Context, viewer, author MemberID, slice Slice) ([]Comment, error)
	// ListAnswers lists the comments of a post that answer parent (0: those at
	// top level), oldest first. The caller has seen that the post is live.
	ListAnswers(ctx context.Context, viewer MemberID, post PostID, parent CommentID, slice Slice) ([]Comment, error)
	// HasPost says whether a post is live.
	HasPost(ctx context.Context, id PostID) (bool, error)
}

// CommentFinder finds comments by id.
type CommentFinder interface {
	// FindComments finds those of the comments that are live and on live posts,
	// in any order.
	FindComments(ctx context.Context, viewer MemberID, ids []CommentID) ([]Comment, error)
}

// CommentReader is all that is read of comments.
type CommentReader interface {
	CommentStore
	CommentFinder
}

// AuthorBook knows how members sign.
type AuthorBook interface {
	// FindAuthors returns an Author for each id. It never fails: of whom nothing
	// can be found out is Unknown.
	FindAuthors(ctx context.Context, ids []MemberID) map[MemberID]Author
}

// HomeIndex finds the newest posts of many authors in the database.
type HomeIndex interface {
	// ListNewest lists the newest live posts of authors that stand below after
	// (nil: all), newest first, at most limit. They reach back about span, which
	// only has to do with what it costs; 0 where nobody knows.
	ListNewest(ctx context.Context, authors []MemberID, after *Key, limit int, span time.Duration) ([]FeedEntry, error)
}
