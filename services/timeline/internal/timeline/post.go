package timeline

import "time"

// Post is a post as one member sees it.
type Post struct {
	ID        PostID
	AuthorID  MemberID
	Title     string
	Content   string
	CreatedAt time.Time
	UpdatedAt time.Time
	PostCounters
	// LastActivityAt is the latest of creation, comment and like.
	LastActivityAt time.Time
	// Liked says whether that member likes the post.
	Liked bool
	// Deleted posts are never shown.
	Deleted bool
}

// PostCounters are a post's counters. Comments counts replies of every depth.
type PostCounters struct {
	Views    int64
	Likes    int64
	Comments int64
}

// PostView is a post with its author.
type PostView struct {
	Post
	Author Author
}

// newestKey is where a post stands in lists by time of creation.
func (p Post) newestKey() Key { return Key{At: p.CreatedAt, ID: int64(p.ID)} }
