package feed_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

func TestAFeedThatWasNeverBuiltIsMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.requireState(t, 1, timeline.FeedMissing)
	_, err := h.FindFeedBase(t.Context(), 1)
	require.ErrorIs(t, err, timeline.ErrAbsent)
}

func TestABuiltFeedIsReadByRankAndBySecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 10, 2, 3)

	first := h.read(t, 1, timeline.FeedRange{Count: 3})
	require.Equal(t, timeline.FeedRun{
		State: timeline.FeedReady, Version: 1,
		Entries: []timeline.FeedEntry{{PostID: 10, CreatedAt: at(10)}, {PostID: 9, CreatedAt: at(9)}, {PostID: 8, CreatedAt: at(8)}},
	}, first)
	require.Equal(t, []timeline.PostID{5, 4}, ids(h.read(t, 1, timeline.FeedRange{Start: 5, Count: 2})))
	until := h.read(t, 1, timeline.FeedRange{Until: at(3).Add(999 * time.Millisecond), Count: 2})
	require.Equal(t, []timeline.PostID{3, 2}, ids(until))
	require.False(t, until.Bottom)
	for name, part := range map[string]timeline.FeedRange{
		"exactly to the end": {Start: 8, Count: 2}, "over the end": {Start: 8, Count: 9}, "behind the end": {Start: 20, Count: 9},
	} {
		run := h.read(t, 1, part)
		require.True(t, run.Bottom && run.Whole, name)
	}
	base, err := h.FindFeedBase(t.Context(), 1)
	require.NoError(t, err)
	require.EqualValues(t, 1, base.Followings.Version)
	require.ElementsMatch(t, []timeline.MemberID{2, 3}, base.Followings.Members)
}

func TestAFeedOfNobodyIsReadyAndEmpty(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 0)
	run := h.read(t, 1, timeline.FeedRange{Count: 20})
	require.Equal(t, timeline.FeedRun{State: timeline.FeedReady, Version: 1, Bottom: true, Whole: true}, run)
}

// Follow and unfollow take effect at once: member writes another version.
func TestAFeedIsValidOnlyForTheFollowingsThatItWasBuiltFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 10, 2)
	h.follow(t, 1, 2)
	h.requireState(t, 1, timeline.FeedMissing)
	h.follow(t, 1, 1)
	h.requireState(t, 1, timeline.FeedReady)
	require.NoError(t, h.redis.Del(t.Context(), versionKey(1)).Err())
	run := h.read(t, 1, timeline.FeedRange{Count: 10})
	require.Equal(t, timeline.FeedUnproven, run.State)
	require.EqualValues(t, 1, run.Version)
}

// Redis may lose any of the keys by itself.
func TestAFeedThatIsLostInPartIsMissing(t *testing.T) {
	t.Parallel()
	for _, suffix := range []string{"", ":authors", ":state"} {
		h := newHouse(t)
		h.build(t, 1, 10, 2)
		require.NoError(t, h.redis.Del(t.Context(), feedKey(1)+suffix).Err())
		_, err := h.Push(t.Context(), h.Moment(), 2, timeline.FeedEntry{PostID: 11, CreatedAt: at(11)}, []timeline.MemberID{1})
		require.NoError(t, err)
		h.requireState(t, 1, timeline.FeedMissing)
	}
}

func TestAFeedHoldsTheNewest800(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, timeline.FeedLength, 2)
	require.Len(t, h.all(t, 1), timeline.FeedLength)
	_, err := h.Push(t.Context(), h.Moment(), 2, timeline.FeedEntry{PostID: 9000, CreatedAt: at(9000)}, []timeline.MemberID{1})
	require.NoError(t, err)
	all := h.all(t, 1)
	require.Len(t, all, timeline.FeedLength)
	require.EqualValues(t, 9000, all[0])
	require.EqualValues(t, 2, all[len(all)-1], "the oldest fell off")
	run := h.read(t, 1, timeline.FeedRange{Start: 790, Count: 20})
	require.True(t, run.Bottom)
	require.False(t, run.Whole, "older posts exist")
}

func TestEveryKeyOfAFeedEndsByItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 10, 2)
	require.NoError(t, h.Offer(t.Context(), 2, timeline.FeedEntry{PostID: 11, CreatedAt: at(11)}))
	keys, err := h.redis.Keys(t.Context(), "timeline:*").Result()
	require.NoError(t, err)
	require.Len(t, keys, 5)
	for _, key := range keys {
		life, err := h.redis.TTL(t.Context(), key).Result()
		require.NoError(t, err)
		require.Greater(t, life, 29*24*time.Hour, key)
	}
}

// What is published between the look into the database and the store is in the
// feed: it is collected from BeginFeed on.
func TestPostsThatArePublishedDuringTheBuildAreInTheFeed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follow(t, 1, 1)
	ticket, err := h.BeginFeed(t.Context(), 1, timeline.Followings{Members: []timeline.MemberID{2}, Version: 1})
	require.NoError(t, err)
	h.requireState(t, 1, timeline.FeedMissing)
	taken, err := h.Push(t.Context(), h.Moment(), 2, timeline.FeedEntry{PostID: 50, CreatedAt: at(50)}, []timeline.MemberID{1})
	require.NoError(t, err)
	require.Equal(t, 1, taken)
	require.NoError(t, h.Offer(t.Context(), 2, timeline.FeedEntry{PostID: 51, CreatedAt: at(51)}))
	require.NoError(t, h.FillFeed(t.Context(), 1, ticket, entries(2), true))
	require.Equal(t, []timeline.PostID{51, 50, 2, 1}, h.all(t, 1))
}

func TestABuildThatAnotherHasOvertakenIsNotStored(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follow(t, 1, 2)
	slow, err := h.BeginFeed(t.Context(), 1, timeline.Followings{Members: []timeline.MemberID{2}, Version: 1})
	require.NoError(t, err)
	quick, err := h.BeginFeed(t.Context(), 1, timeline.Followings{Members: []timeline.MemberID{3}, Version: 2})
	require.NoError(t, err)
	require.NoError(t, h.FillFeed(t.Context(), 1, slow, entries(5), true))
	h.requireState(t, 1, timeline.FeedMissing)
	require.NoError(t, h.FillFeed(t.Context(), 1, quick, entries(2), true))
	require.Equal(t, []timeline.PostID{2, 1}, h.all(t, 1))
}

func TestAFeedOfAThousandFollowingsIsStored(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	authors := make([]timeline.MemberID, 2500)
	for i := range authors {
		authors[i] = timeline.MemberID(i + 2)
	}
	h.build(t, 1, 800, authors...)
	base, err := h.FindFeedBase(t.Context(), 1)
	require.NoError(t, err)
	require.ElementsMatch(t, authors, base.Followings.Members)
	require.Len(t, h.all(t, 1), 800)
}

func TestDroppedPostsAreGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 4, 2)
	require.NoError(t, h.DropFromFeed(t.Context(), 1, []timeline.FeedEntry{{PostID: 2, CreatedAt: at(2)}, {PostID: 3, CreatedAt: at(3)}}))
	require.Equal(t, []timeline.PostID{4, 1}, h.all(t, 1))
}

func TestEveryFeedCanBeForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for reader := range timeline.MemberID(2500) {
		h.build(t, reader+1, 1, 9)
	}
	forgotten, err := h.ForgetAll(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2500, forgotten)
	for _, reader := range []timeline.MemberID{1, 1000, 2500} {
		h.requireState(t, reader, timeline.FeedMissing)
	}
}
