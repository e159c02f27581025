package timeline

import "time"

// Read is the fact that a member read what another wrote.
type Read struct {
	Reader MemberID
	PostID PostID
	// CommentID is 0 where the post itself was read.
	CommentID CommentID
	At        time.Time
}
