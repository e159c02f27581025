package search

// MemberID identifies a member.
type MemberID int64

// PostID identifies a post.
type PostID int64

// CommentID identifies a comment or reply.
type CommentID int64
