package timeline_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// home is the home feed of member 1, who follows 2 and 3, on fakes.
type home struct {
	shelf   *shelf
	pile    *pile
	graph   *graph
	service *timeline.HomeService
}

func newHome() home {
	followings := timeline.Followings{Members: []timeline.MemberID{2, 3}, Version: 5}
	h := home{
		shelf: &shelf{posts: map[timeline.PostID]timeline.Post{}},
		pile:  &pile{followings: followings, whole: true},
		graph: &graph{followings: followings},
	}
	h.service = timeline.NewHomeService(timeline.HomePorts{
		Posts: h.shelf, Index: h.shelf, Feeds: h.pile, Graph: h.graph, Gate: open{}, Authors: book{},
	})
	return h
}

// posts adds n posts of member 2, a second apart; post n is the newest.
func (h home) posts(n int) home {
	for id := range n {
		h.add(timeline.Post{ID: timeline.PostID(id + 1), AuthorID: 2, CreatedAt: now.Add(time.Duration(id) * time.Second)})
	}
	return h
}

func (h home) add(post timeline.Post) { h.shelf.posts[post.ID] = post }

// stored makes the feed ready, with what is on the shelf now.
func (h home) stored(capacity int) home {
	h.pile.fill(h.shelf.newest(h.pile.followings.Members), capacity)
	h.pile.state = timeline.FeedReady
	return h
}

func (h home) deleted(ids ...timeline.PostID) home {
	for _, id := range ids {
		post := h.shelf.posts[id]
		post.Deleted = true
		h.shelf.posts[id] = post
	}
	return h
}

func (h home) list(t require.TestingT, slice timeline.Slice) timeline.Part[timeline.PostView] {
	part, err := h.service.List(context.Background(), 1, slice)
	require.NoError(t, err)
	return part
}

func idsOf(part timeline.Part[timeline.PostView]) []int64 {
	ids := make([]int64, len(part.Rows))
	for i, row := range part.Rows {
		ids[i] = int64(row.ID)
	}
	return ids
}

func (h home) wanted() []int64 {
	var ids []int64
	for _, post := range h.shelf.newest(h.graph.followings.Members) {
		ids = append(ids, int64(post.ID))
	}
	return ids
}

func (h home) requireWhole(t require.TestingT, size int) {
	var byCursor, byNumber []int64
	for slice := (timeline.Slice{Limit: size}); ; {
		part := h.list(t, slice)
		byCursor = append(byCursor, idsOf(part)...)
		if !part.More {
			break
		}
		require.Len(t, part.Rows, size)
		slice = timeline.Slice{Limit: size, After: &part.End}
	}
	for page := 0; ; page++ {
		part := h.list(t, timeline.Slice{Limit: size, Skip: page * size})
		byNumber = append(byNumber, idsOf(part)...)
		if !part.More {
			break
		}
	}
	require.Equal(t, h.wanted(), byCursor, "by cursor")
	require.Equal(t, h.wanted(), byNumber, "by page number")
}

// Whatever is stored, a feed shows exactly what the database holds: with ties of
// time down to the microsecond, posts deleted since, and feeds cut anywhere.
func TestAFeedShowsWhatTheDatabaseHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := newHome()
		for id := range rapid.IntRange(0, 120).Draw(t, "posts") {
			h.add(timeline.Post{
				ID: timeline.PostID(id + 1), AuthorID: timeline.MemberID(rapid.IntRange(2, 4).Draw(t, "author")),
				CreatedAt: now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "half seconds")) * 500 * time.Millisecond),
			})
		}
		h = h.stored(rapid.IntRange(0, 130).Draw(t, "capacity"))
		h.pile.state = timeline.FeedState(rapid.IntRange(0, 2).Draw(t, "state"))
		for id := range len(h.shelf.posts) {
			if rapid.IntRange(0, 9).Draw(t, "fate") == 0 {
				h.deleted(timeline.PostID(id + 1))
			}
		}
		h.requireWhole(t, rapid.IntRange(1, 30).Draw(t, "size"))
	})
}

func TestAWarmPageCostsOneLookAtTheFeedAndOneAtTheDatabase(t *testing.T) {
	t.Parallel()
	h := newHome().posts(100).stored(800)
	for _, slice := range []timeline.Slice{{Limit: 20}, {Limit: 20, Skip: 40}, {Limit: 20, After: &timeline.Key{At: now.Add(50 * time.Second), ID: 51}}} {
		h.pile.reads, h.shelf.finds = 0, 0
		require.Len(t, h.list(t, slice).Rows, 20)
		require.Equal(t, []int{1, 1, 0}, []int{h.pile.reads, h.shelf.finds, h.graph.asked})
	}
}

func TestAFeedThatIsMissingIsBuiltAndStored(t *testing.T) {
	t.Parallel()
	h := newHome().posts(30)
	require.Len(t, h.list(t, timeline.Slice{Limit: 20}).Rows, 20)
	require.Equal(t, timeline.FeedReady, h.pile.state)
	require.Len(t, h.pile.entries, 30)
	require.True(t, h.pile.whole)
	h.requireWhole(t, 7)
	require.Equal(t, 1, h.graph.asked)
}

func TestAFeedThatWasBuiltMeanwhileIsNotBuiltAgain(t *testing.T) {
	t.Parallel()
	h := newHome().posts(5).stored(10)
	h.pile.readyAfter = 1 // another's build ended after the first look
	h.graph.down = errDown
	require.Equal(t, []int64{5, 4, 3}, idsOf(h.list(t, timeline.Slice{Limit: 3})))
}

func TestAFeedIsBuiltAgainWhereItsFollowingsAreNoLongerThoseOfNow(t *testing.T) {
	t.Parallel()
	h := newHome().posts(3).stored(800)
	h.pile.state = timeline.FeedUnproven
	h.graph.followings = timeline.Followings{Version: 6}
	require.Empty(t, h.list(t, timeline.Slice{Limit: 20}).Rows)
	h.pile.state = timeline.FeedUnproven
	require.Empty(t, h.list(t, timeline.Slice{Limit: 20}).Rows)
	require.EqualValues(t, 6, h.pile.followings.Version)
}

func TestWithoutRedisTheFeedIsRight(t *testing.T) {
	t.Parallel()
	h := newHome().posts(50)
	h.pile.down = errDown
	h.requireWhole(t, 20)
}

func TestWithoutMemberAStoredFeedIsServed(t *testing.T) {
	t.Parallel()
	h := newHome().posts(50).stored(30) // and on from the database
	h.graph.down = errDown
	h.requireWhole(t, 20)
	h.pile.state = timeline.FeedUnproven
	h.requireWhole(t, 20)
}

func TestWithoutMemberAFeedThatIsNotStoredIsUnavailable(t *testing.T) {
	t.Parallel()
	h := newHome().posts(3)
	h.graph.down = errDown
	_, err := h.service.List(t.Context(), 1, timeline.Slice{Limit: 20})
	require.True(t, apierr.HasCode(err, apierr.CodeServiceUnavailable), "%v", err)
	require.ErrorIs(t, err, errDown)
}

func TestWithoutTheDatabaseAFeedFails(t *testing.T) {
	t.Parallel()
	for _, capacity := range []int{0, 2, 800} {
		h := newHome().posts(3).stored(capacity)
		h.shelf.down = errDown
		_, err := h.service.List(t.Context(), 1, timeline.Slice{Limit: 20})
		require.ErrorIs(t, err, errDown)
	}
}
