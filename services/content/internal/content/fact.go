package content

import "time"

// Fact is something that happened to a post, a comment or a like. It carries
// the state after the change, so that whoever hears of it need not ask back.
// It is one of PostFact, CommentFact and LikeFact.
type Fact interface{ isFact() }

// Change says what happened to a post or comment.
type Change uint8

// The changes.
const (
	Created Change = iota + 1
	Revised
	Deleted
)

// PostFact states a change of a post.
type PostFact struct {
	Change Change
	// Actor is who acted.
	Actor MemberID
	At    time.Time
	Post  Post
}

// CommentFact states a change of a comment.
type CommentFact struct {
	Change  Change
	Actor   MemberID
	At      time.Time
	Comment Comment
}

// LikeFact states that a member likes a post or comment, or no longer does.
type LikeFact struct {
	// Liked is false for a like that was taken back.
	Liked bool
	Actor MemberID
	At    time.Time
	// PostID is the post that is liked, or that the liked comment is on.
	PostID PostID
	// CommentID is the liked comment; 0 where the post is liked.
	CommentID CommentID
	// Version grows by one with each change of this member's like of this thing.
	Version int64
}

func (PostFact) isFact()    {}
func (CommentFact) isFact() {}
func (LikeFact) isFact()    {}
