package search

import (
	"context"
	"errors"
)

// ErrAbsent is what ports return for something that does not exist.
var ErrAbsent = errors.New("search: absent")

// LivePost is a post as timeline shows it to the caller. Dates are as timeline
// writes them.
type LivePost struct {
	ID              PostID
	Title           string
	Content         string
	AuthorID        MemberID
	AuthorName      *string
	AuthorHandle    *string
	AuthorAvatarURL *string
	ViewCount       int64
	LikeCount       int64
	CommentCount    int64
	Liked           bool
	CreatedAt       string
	UpdatedAt       string
}

// LiveComment is a comment as timeline has it, without its author's names.
type LiveComment struct {
	ID         CommentID
	PostID     PostID
	ParentID   CommentID
	Depth      int
	Content    string
	AuthorID   MemberID
	LikeCount  int64
	ReplyCount int64
	CreatedAt  string
	UpdatedAt  string
}

// LivePosts asks timeline for the caller of ctx.
type LivePosts interface {
	// FindPosts returns those of at most 100 posts that are not deleted.
	FindPosts(ctx context.Context, ids []PostID) ([]LivePost, error)
}

// LiveComments asks timeline.
type LiveComments interface {
	// FindComments returns those of at most 100 comments that are not deleted,
	// nor their posts.
	FindComments(ctx context.Context, ids []CommentID) ([]LiveComment, error)
}

// Handles knows whose a handle is.
type Handles interface {
	// FindMember returns the member with a handle, whatever its case, else
	// ErrAbsent.
	FindMember(ctx context.Context, handle string) (MemberID, error)
}

// Followers knows how many follow a member.
type Followers interface {
	// CountFollowers returns the counts of those of at most 100 members that
	// exist.
	CountFollowers(ctx context.Context, members []MemberID) (map[MemberID]int64, error)
}
