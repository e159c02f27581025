package mysqlreader_test

import (
	"testing"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// rankings are how T2, T3 and T4 order posts, told twice: of rows that were
// written, and of posts that were read.
var rankings = map[string]struct {
	ranking timeline.Ranking
	written func(contenttest.Post) timeline.Key
	read    func(timeline.Post) timeline.Key
}{
	"T2 most commented": {
		timeline.MostCommented,
		func(p contenttest.Post) timeline.Key {
			return timeline.Key{Rank: p.Comments, At: p.CreatedAt, ID: p.ID}
		},
		func(p timeline.Post) timeline.Key {
			return timeline.Key{Rank: p.Comments, At: p.CreatedAt, ID: int64(p.ID)}
		},
	},
	"T3 most popular": {
		timeline.MostPopular,
		func(p contenttest.Post) timeline.Key {
			return timeline.Key{Rank: p.Views + 2*p.Likes, At: p.CreatedAt, ID: p.ID}
		},
		func(p timeline.Post) timeline.Key {
			return timeline.Key{Rank: p.Views + 2*p.Likes, At: p.CreatedAt, ID: int64(p.ID)}
		},
	},
	"T4 recent activities": {
		timeline.RecentlyActive,
		func(p contenttest.Post) timeline.Key { return timeline.Key{At: p.LastActivityAt, ID: p.ID} },
		func(p timeline.Post) timeline.Key { return timeline.Key{At: p.LastActivityAt, ID: int64(p.ID)} },
	},
}

func TestRankingsAreListedBestFirstInEveryWindow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	posts := crowd(200)
	h.AddPosts(t, posts...)
	for name, r := range rankings {
		for _, window := range []time.Duration{0, 20 * time.Minute, 45 * time.Minute} {
			t.Run(name+" "+window.String(), func(t *testing.T) {
				t.Parallel()
				since := timeline.Window(window).Since(now)
				inside := func(p contenttest.Post) bool { return !p.CreatedAt.Before(since) }
				ranked := list[timeline.Post]{idOf: postID, keyOf: r.read, fetch: func(s timeline.Slice) ([]timeline.Post, error) {
					return h.reader.ListRanked(t.Context(), 1, r.ranking, since, s)
				}}
				ranked.requireBoth(t, idsWhere(posts, inside, r.written), 7)
			})
		}
	}
}

// A window whose posts are all below thousands of older ones takes the other
// way, with the same result.
func TestAWindowBelowThousandsOfBetterPostsIsRankedToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	posts := crowd(60)
	for i := range 5000 {
		posts = append(posts, contenttest.Post{
			ID: int64(1000 + i), Author: 1, CreatedAt: now.AddDate(-1, 0, 0), Views: 10, Likes: 10, Comments: 10,
		})
	}
	h.AddPosts(t, posts...)
	since := now.Add(-24 * time.Hour)
	for name, r := range rankings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ranked := list[timeline.Post]{idOf: postID, keyOf: r.read, fetch: func(s timeline.Slice) ([]timeline.Post, error) {
				return h.reader.ListRanked(t.Context(), 1, r.ranking, since, s)
			}}
			inside := func(p contenttest.Post) bool { return !p.CreatedAt.Before(since) }
			ranked.requireBoth(t, idsWhere(posts, inside, r.written), 8)
		})
	}
}
