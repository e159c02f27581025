package activity

import (
	"crypto/sha256"
	"encoding/hex"
)

// MemberID identifies a member, the one who acts or the one who is followed.
type MemberID int64

// PostID identifies a post.
type PostID int64

// CommentID identifies a comment or reply.
type CommentID int64

// ID identifies an activity: 24 hexadecimal digits.
type ID string

const idBytes = 12

// newID is the id that belongs to seed: the same for the same seed, so that an
// activity that is recorded again, from the first day of the topics or by a
// repeated request, keeps its id.
func newID(seed string) ID {
	sum := sha256.Sum256([]byte(seed))
	return ID(hex.EncodeToString(sum[:idBytes]))
}
