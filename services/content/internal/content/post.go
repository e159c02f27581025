package content

import (
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// Limits of a post's texts in characters (spec 05).
const (
	MaxTitle       = 100
	MaxPostContent = 5000
)

// Post is a post as it is stored.
type Post struct {
	ID        PostID
	AuthorID  MemberID
	Title     string
	Content   string
	CreatedAt time.Time
	UpdatedAt time.Time
	// Version grows by one with each change, in the order of commits.
	Version int64
	// Deleted posts are hidden with their comments and likes.
	Deleted bool
}

// PostCounters are a post's counters; each equals the number of rows it counts.
type PostCounters struct {
	Views    int64
	Likes    int64
	Comments int64
}

// PostView is a post with its counters, as one member sees it.
type PostView struct {
	Post
	PostCounters
	// Liked says whether that member likes the post.
	Liked bool
}

// PostText is what an author writes. A nil Title leaves the title as it is.
type PostText struct {
	Title   *string
	Content string
}

func (t PostText) check() error {
	var broken apierr.Violations
	if t.Title != nil {
		broken.Text("title", *t.Title, apierr.TextRule{Max: MaxTitle})
	}
	broken.Text("content", t.Content, apierr.TextRule{Required: true, Max: MaxPostContent})
	return broken.Err()
}
