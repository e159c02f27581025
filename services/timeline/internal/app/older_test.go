package app

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

// longFeed is a member's feed of n posts of two authors, two a minute.
func longFeed(t *testing.T, f *fleet, n int64) {
	t.Helper()
	f.follow(t, 1, 2, 3)
	var posts []contenttest.Post
	for id := range n {
		posts = append(posts, contenttest.Post{ID: id + 1, Author: 2 + id%2, CreatedAt: minutes(int(id / 2))})
	}
	f.AddPosts(t, posts...)
}

// walkTo is the path of the page that begins behind so many posts, by cursor.
func (f *fleet) walkTo(t *testing.T, behind int) (path string) {
	t.Helper()
	path = home + "?size=50"
	for seen := 0; seen < behind; seen += 50 {
		path = home + "?size=50&cursor=" + *f.posts(t, 1, path).NextCursor
	}
	return path
}

func descending(from, n int64) (ids []int64) {
	for id := from; id > from-n; id-- {
		ids = append(ids, id)
	}
	return ids
}

// What follows the stored feed is looked for once, for two thousand posts; from then
// on a page of it costs what the first page does.
func TestT1APageBehindTheStoredFeedCostsOneTripToo(t *testing.T) {
	t.Parallel()
	f := start(t)
	longFeed(t, f, 3200)
	path := f.walkTo(t, 1000)
	const session = 77
	require.NoError(t, f.service.redis.Conn().Set(t.Context(), auth.SessionKey(session), auth.SessionLive, 0).Err())
	request := func() {
		asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+"/api/timeline"+path, nil)
		require.NoError(t, err)
		f.member.Issuer.Authorize(asked, 1, authtest.Session(session))
		response, err := http.DefaultClient.Do(asked)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
	}
	request() // stores its posts
	trips, queries := countTrips(f.service.redis.Conn()), countQueries(t, f.service.pool.DB(t.Context()))
	request()
	require.EqualValues(t, 1, trips.Load())
	require.Zero(t, queries.Load())
	require.Equal(t, descending(2200, 50), postIDs(f.posts(t, 1, path).Content))
}

func TestT1TheWholeFeedIsReadWithoutASeam(t *testing.T) {
	t.Parallel()
	f := start(t)
	longFeed(t, f, 3200) // 800, 2000, and the rest
	for range 2 {
		var all []int64
		for path := home + "?size=100"; ; {
			page := f.posts(t, 1, path)
			all = append(all, postIDs(page.Content)...)
			if !page.HasNext {
				break
			}
			path = home + "?size=100&cursor=" + *page.NextCursor
		}
		require.Equal(t, descending(3200, 3200), all)
	}
}

// Whoever goes on gets four times as much at a time, and a look knows how far back it
// has to go: five hundred pages of twenty cost two looks, of one range of the index for
// each author, and the posts at their edges.
func TestT1AWalkToPage500LooksBehindTheStoredFeedTwice(t *testing.T) {
	t.Parallel()
	f := start(t)
	longFeed(t, f, 11_000)
	walk := func() (ids []int64) {
		for path := home + "?size=100"; len(ids) < 10_000; {
			page := f.posts(t, 1, path)
			ids = append(ids, postIDs(page.Content)...)
			path = home + "?size=100&cursor=" + *page.NextCursor
		}
		return ids
	}
	f.posts(t, 1, home)                                  // builds the feed
	require.Equal(t, descending(11_000, 10_000), walk()) // stores the posts
	require.NoError(t, f.service.redis.Conn().Del(t.Context(), "timeline:api:posts:followings_recent_posts:1:older").Err())
	queries := countQueries(t, f.service.pool.DB(t.Context()))
	require.Equal(t, descending(11_000, 10_000), walk())
	const looks, each = 2, 3 // what the stored part of a page lacks, the look, and what it found for the page
	require.LessOrEqual(t, queries.Load(), int64(looks*each))
}

// Who walks a long feed meets two looks behind it, of 2,000 posts and of 8,000, and
// what is left. Many posts share a second. On the way posts are deleted and written,
// and a follow ends and comes back.
func TestT1AWalkIsExactWhateverHappensOnTheWay(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.follow(t, 1, 2, 3)
	random := rand.New(rand.NewPCG(5, 6))
	var posts []contenttest.Post
	for id := range int64(11_300) {
		created := today.Add(time.Duration(id/7)*time.Second + time.Duration(random.IntN(3))*time.Microsecond)
		posts = append(posts, contenttest.Post{ID: id + 1, Author: 2 + id%2, CreatedAt: created})
	}
	f.AddPosts(t, posts...)
	newestFirst(posts)
	follows := map[int64]bool{2: true, 3: true}
	path, next := home+"?size=100", 0
	for page := 0; ; page++ {
		var wanted []int64
		for ; next < len(posts) && len(wanted) < 100; next++ {
			if follows[posts[next].Author] && !posts[next].Deleted {
				wanted = append(wanted, posts[next].ID)
			}
		}
		got := f.posts(t, 1, path)
		require.Equal(t, wanted, postIDs(got.Content), "page %d", page)
		if !got.HasNext {
			break
		}
		path = home + "?size=100&cursor=" + *got.NextCursor
		f.DeletePost(t, got.Content[99].ID) // the cursor's own
		for range 3 {
			doomed := &posts[min(next+random.IntN(150), len(posts)-2)]
			doomed.Deleted = true
			f.DeletePost(t, doomed.ID)
		}
		f.write(t, contenttest.Post{ID: int64(20_000 + page), Author: 2, CreatedAt: today.Add(time.Hour)})
		if page == 12 || page == 60 {
			f.unfollow(t, 1, 3)
			follows[3] = false
		}
		if page == 20 || page == 64 {
			f.follow(t, 1, 3)
			follows[3] = true
		}
	}
	require.Equal(t, len(posts), next)
}

func newestFirst(posts []contenttest.Post) {
	slices.SortFunc(posts, func(a, b contenttest.Post) int {
		if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
			return c
		}
		return int(b.ID - a.ID)
	})
}

func TestT1ChangesAreSeenBehindTheStoredFeed(t *testing.T) {
	t.Parallel()
	f := start(t)
	longFeed(t, f, 1200)
	path := f.walkTo(t, 1000)
	require.Equal(t, descending(200, 50), postIDs(f.posts(t, 1, path).Content))
	f.DeletePost(t, 199)
	require.NoError(t, f.service.shelf.PostsChanged(t.Context(), 199)) // as content does
	want := append([]int64{200}, descending(198, 49)...)
	for range 2 {
		require.Equal(t, want, postIDs(f.posts(t, 1, path).Content))
	}
	f.unfollow(t, 1, 3) // whose posts are those of even ids
	var even []int64
	for _, id := range descending(199, 102) {
		if id%2 == 1 && id != 199 && len(even) < 50 {
			even = append(even, id)
		}
	}
	require.Equal(t, even, postIDs(f.posts(t, 1, path).Content))
}
