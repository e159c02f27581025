package timeline

import "time"

// Ranking is an order of all posts, best first; ties go to the newest, then to
// the higher id.
type Ranking uint8

const (
	// MostCommented orders by the number of comments.
	MostCommented Ranking = iota
	// MostPopular orders by views + 2 × likes.
	MostPopular
	// RecentlyActive orders by the latest of creation, comment and like.
	RecentlyActive
)

// keyOf is where post stands.
func (r Ranking) keyOf(post Post) Key {
	switch r {
	case MostCommented:
		return Key{Rank: post.Comments, At: post.CreatedAt, ID: int64(post.ID)}
	case MostPopular:
		return Key{Rank: post.Views + 2*post.Likes, At: post.CreatedAt, ID: int64(post.ID)}
	case RecentlyActive:
		return Key{At: post.LastActivityAt, ID: int64(post.ID)}
	}
	return Key{}
}

// Window limits a ranking to posts that were created within it; 0 is no limit.
type Window time.Duration

// Since is the time of creation of the oldest post in the window, zero without a limit.
func (w Window) Since(now time.Time) time.Time {
	if w == 0 {
		return time.Time{}
	}
	return now.Add(-time.Duration(w))
}
