package content

import (
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const (
	// MaxCommentContent is the longest comment in characters (spec 05).
	MaxCommentContent = 1000
	// MaxDepth is the depth of a reply to a reply (spec 05).
	MaxDepth = 2
)

// Comment is a comment or reply as it is stored.
type Comment struct {
	ID     CommentID
	PostID PostID
	// ParentID is the comment that this one answers; 0 at top level.
	ParentID CommentID
	// Depth is 0 at top level, and at most MaxDepth.
	Depth     int
	AuthorID  MemberID
	Content   string
	CreatedAt time.Time
	UpdatedAt time.Time
	// Version grows by one with each change, in the order of commits.
	Version int64
	Deleted bool
	// LikeCount and ReplyCount equal the number of live rows they count;
	// ReplyCount counts direct replies.
	LikeCount  int64
	ReplyCount int64
}

// CommentView is a comment as one member sees it.
type CommentView struct {
	Comment
	// Liked says whether that member likes the comment.
	Liked bool
}

// CommentDraft is a comment to be written.
type CommentDraft struct {
	PostID PostID
	// ParentID is the comment to answer; 0 for a comment at top level.
	ParentID CommentID
	Content  string
}

// CheckText records the rules that the text of a comment breaks.
func CheckText(broken *apierr.Violations, text string) {
	broken.Text("content", text, apierr.TextRule{Required: true, Max: MaxCommentContent})
}

func checkComment(content string) error {
	var broken apierr.Violations
	CheckText(&broken, content)
	return broken.Err()
}
