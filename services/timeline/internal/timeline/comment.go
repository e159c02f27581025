package timeline

import "time"

// Comment is a comment or reply as one member sees it.
type Comment struct {
	ID     CommentID
	PostID PostID
	// ParentID is the comment that this one answers; 0 at top level.
	ParentID CommentID
	// Depth is 0 at top level and at most 2.
	Depth     int
	AuthorID  MemberID
	Content   string
	CreatedAt time.Time
	UpdatedAt time.Time
	LikeCount int64
	// ReplyCount counts direct replies.
	ReplyCount int64
	// Liked says whether that member likes the comment.
	Liked bool
}

// CommentView is a comment with its author.
type CommentView struct {
	Comment
	Author Author
}

func (c Comment) key() Key { return Key{At: c.CreatedAt, ID: int64(c.ID)} }
