package search

import (
	"context"
	"time"
)

// Post is a post as content says it is.
type Post struct {
	ID PostID
	// Version grows by one with each change; an older one changes nothing.
	Version   int64
	AuthorID  MemberID
	Title     string
	Content   string
	CreatedAt time.Time
	UpdatedAt time.Time
	// Deleted posts hide their comments too.
	Deleted bool
}

// Comment is a comment or reply as content says it is.
type Comment struct {
	ID      CommentID
	Version int64
	PostID  PostID
	// ParentID is the comment that this one answers; 0 at the top level.
	ParentID  CommentID
	Depth     int
	AuthorID  MemberID
	Content   string
	CreatedAt time.Time
	UpdatedAt time.Time
	Deleted   bool
}

// Projection is the index as events change it. Everything may come twice, late
// and out of order: what is not newer than what is there changes nothing. An
// error means that all of it has to be done again.
type Projection interface {
	// ApplyPosts takes posts in; deleted ones leave a tombstone.
	ApplyPosts(ctx context.Context, posts []Post) error
	// ApplyComments takes comments in; those of deleted posts are hidden.
	ApplyComments(ctx context.Context, comments []Comment) error
}
