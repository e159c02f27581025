package mysqlreader_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

func TestAPostIsReadWithItsCountersAndTheViewersLike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.AddPosts(t, contenttest.Post{
		ID: 7, Author: 42, Title: "제목", Content: "글", CreatedAt: now.Add(time.Microsecond), UpdatedAt: now.Add(time.Hour),
		LastActivityAt: now.Add(2 * time.Hour), Views: 5, Likes: 3, Comments: 2,
	})
	h.Like(t, 7, 1, now)
	wanted := timeline.Post{
		ID: 7, AuthorID: 42, Title: "제목", Content: "글", CreatedAt: now.Add(time.Microsecond), UpdatedAt: now.Add(time.Hour),
		LastActivityAt: now.Add(2 * time.Hour), PostCounters: timeline.PostCounters{Views: 5, Likes: 3, Comments: 2}, Liked: true,
	}
	liked, err := h.reader.FindPost(t.Context(), 1, 7)
	require.NoError(t, err)
	require.Equal(t, wanted, liked)
	other, err := h.reader.FindPost(t.Context(), 2, 7)
	require.NoError(t, err)
	require.False(t, other.Liked)
	counters, err := h.reader.FindCounters(t.Context(), 7)
	require.NoError(t, err)
	require.Equal(t, wanted.PostCounters, counters)
}

func TestADeletedPostIsAbsentButFoundAmongMany(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.AddPosts(t, contenttest.Post{ID: 1, Author: 1, CreatedAt: now}, contenttest.Post{ID: 2, Author: 1, CreatedAt: now})
	h.DeletePost(t, 1)
	for _, id := range []timeline.PostID{1, 404} {
		_, err := h.reader.FindPost(t.Context(), 1, id)
		require.ErrorIs(t, err, timeline.ErrAbsent)
		_, err = h.reader.FindCounters(t.Context(), id)
		require.ErrorIs(t, err, timeline.ErrAbsent)
		live, err := h.reader.HasPost(t.Context(), id)
		require.NoError(t, err)
		require.False(t, live)
	}
	found, err := h.reader.FindPosts(t.Context(), 1, []timeline.PostID{2, 404, 1})
	require.NoError(t, err)
	deleted := map[timeline.PostID]bool{}
	for _, p := range found {
		deleted[p.ID] = p.Deleted
	}
	require.Equal(t, map[timeline.PostID]bool{1: true, 2: false}, deleted)
}

// Posts of one author, with ties in time broken by id, in both ways of paging.
func TestPostsOfAnAuthorAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	posts := crowd(120)
	h.AddPosts(t, posts...)
	of3 := list[timeline.Post]{idOf: postID, keyOf: postNewest, fetch: func(s timeline.Slice) ([]timeline.Post, error) {
		return h.reader.ListPostsOf(t.Context(), 1, 3, s)
	}}
	of3.requireBoth(t, idsWhere(posts, func(p contenttest.Post) bool { return p.Author == 3 }, newest), 5)
}

func TestPostsOfATimeRangeAreListedAndCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	posts := crowd(120)
	h.AddPosts(t, posts...)
	from, until := now.Add(-30*time.Minute), now.Add(-10*time.Minute)
	inside := func(p contenttest.Post) bool { return !p.CreatedAt.Before(from) && p.CreatedAt.Before(until) }
	between := list[timeline.Post]{idOf: postID, keyOf: postNewest, fetch: func(s timeline.Slice) ([]timeline.Post, error) {
		return h.reader.ListBetween(t.Context(), 1, from, until, s)
	}}
	wanted := idsWhere(posts, inside, newest)
	between.requireBoth(t, wanted, 7)
	total, err := h.reader.CountBetween(t.Context(), from, until)
	require.NoError(t, err)
	require.EqualValues(t, len(wanted), total)
}

func TestTheNewestPostsOfManyAuthorsAreMerged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	posts := crowd(300)
	for i := range posts { // over years, so that every span is looked at
		posts[i].CreatedAt = now.Add(-time.Duration(i*i) * time.Hour).Truncate(48 * time.Hour)
	}
	posts[0].CreatedAt = now.Add(time.Minute) // another server's clock is ahead
	h.AddPosts(t, posts...)
	authors := []timeline.MemberID{2, 3, 5}
	wanted := idsWhere(posts, func(p contenttest.Post) bool { return slices.Contains([]int64{2, 3, 5}, p.Author) }, newest)

	for _, limit := range []int{1, 10, len(wanted), 800} {
		for _, reach := range []time.Duration{0, 1, time.Hour, 40 * 24 * time.Hour, math.MaxInt64, -1} { // whatever the guess is
			found, err := h.reader.ListNewest(t.Context(), authors, nil, limit, reach)
			require.NoError(t, err)
			require.Equal(t, wanted[:min(limit, len(wanted))], entryIDs(found))
		}
	}
	var paged []int64
	var after *timeline.Key
	for {
		found, err := h.reader.ListNewest(t.Context(), authors, after, 9, 0)
		require.NoError(t, err)
		paged = append(paged, entryIDs(found)...)
		if len(found) < 9 {
			break
		}
		last := found[8]
		after = &timeline.Key{At: last.CreatedAt, ID: int64(last.PostID)}
	}
	require.Equal(t, wanted, paged)
	many, err := h.reader.ListNewest(t.Context(), authors, nil, 1000, 0)
	require.NoError(t, err)
	require.Len(t, many, len(wanted), "it ends where there are not enough, however long ago the last one is")
	none, err := h.reader.ListNewest(t.Context(), nil, nil, 10, 0)
	require.NoError(t, err)
	require.Empty(t, none)
}

// The spans grow until the beginning is reached, after whatever they found.
func TestTheNewestPostsEndWhereverThePostsBegan(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	posts := make([]contenttest.Post, 50)
	for i := range posts {
		posts[i] = contenttest.Post{ID: int64(i + 1), Author: 2, CreatedAt: now.Add(-time.Duration(i) * time.Minute)}
	}
	h.AddPosts(t, posts...)
	for _, n := range []int{1, 3, 10, 25, 50} {
		found, err := h.reader.ListNewest(t.Context(), []timeline.MemberID{2}, &timeline.Key{At: posts[50-n].CreatedAt.Add(time.Second)}, 60, 0)
		require.NoError(t, err)
		require.Len(t, found, n)
	}
}
