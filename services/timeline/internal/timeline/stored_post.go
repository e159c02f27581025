package timeline

import (
	"slices"
	"time"
)

// StoredPost is a live post as it is stored ready to be sent: everything that
// all viewers see alike. Its author's name, and what differs between viewers,
// are put in when it is read.
type StoredPost struct {
	ID        PostID
	AuthorID  MemberID
	CreatedAt time.Time
	// Wire is the encoded post; only the wire knows its form.
	Wire []byte
}

func (p StoredPost) key() Key { return Key{At: p.CreatedAt, ID: int64(p.ID)} }

// LikesLength is how many likes of a member are stored: those of the posts with
// the highest ids, which are the newest.
const LikesLength = 512

// Likes is what a member likes among the posts from Floor on, and nothing of
// those below.
type Likes struct {
	Floor PostID
	// Posts are in descending order.
	Posts []PostID
}

// Has says whether the member likes post; known is false below the floor.
func (l Likes) Has(post PostID) (liked, known bool) {
	_, liked = slices.BinarySearchFunc(l.Posts, post, func(id, wanted PostID) int { return int(wanted - id) })
	return liked, post >= l.Floor
}

// HomeShelf is what is stored of a home page.
type HomeShelf struct {
	FeedRun
	// Proof are the values of the keys that were asked for with the page.
	Proof []*string
	// Posts are those of Entries, one each; ID is 0 where none is stored, or none
	// was needed.
	Posts []StoredPost
	// Likes are the reader's; HasLikes is false where none are stored.
	Likes    Likes
	HasLikes bool
	// Ticket is for keeping what was missing.
	Ticket ShelfTicket
}

// ShelfTicket remembers what a look at the shelf saw, so that what changed since
// then is not kept. Only its maker knows what is in it.
type ShelfTicket any

// NewLikes makes Likes of the newest ones of a member, in descending order, of
// which at most limit were asked for.
func NewLikes(posts []PostID, limit int) Likes {
	likes := Likes{Posts: posts}
	if len(posts) == limit && limit > 0 { // there may be more below
		likes.Floor = posts[limit-1]
	}
	return likes
}
