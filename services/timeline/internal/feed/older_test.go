package feed_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// older keeps n posts behind member 1's feed: ids and seconds 1 … n, newest first.
func (h house) older(t testing.TB, n int, whole bool) []timeline.FeedEntry {
	t.Helper()
	list := entries(n)
	require.NoError(t, h.KeepOlder(t.Context(), 1, 1, at(n), list, whole))
	return list
}

// fullOf is a feed of 800 posts that stand before second n.
func (h house) fullOf(t *testing.T, n int) {
	t.Helper()
	h.follow(t, 1, 1)
	ticket, err := h.BeginFeed(t.Context(), 1, timeline.Followings{Members: []timeline.MemberID{9}, Version: 1})
	require.NoError(t, err)
	list := entries(timeline.FeedLength)
	for i := range list {
		list[i].PostID += 100_000
		list[i].CreatedAt = list[i].CreatedAt.Add(time.Duration(n) * time.Second)
	}
	require.NoError(t, h.FillFeed(t.Context(), 1, ticket, list, false))
}

// It is more than a script can take apart at once.
func TestWhatIsKeptBehindAFeedIsReadFromAnySecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fullOf(t, timeline.FurtherLength)
	list := h.older(t, timeline.FurtherLength, true)
	for _, second := range []int{timeline.FurtherLength, 7001, 7000, 4321, 1000, 2} {
		run := h.read(t, 1, timeline.FeedRange{Until: at(second), Count: 3})
		from := timeline.FurtherLength - second
		require.Equal(t, list[from:min(from+3, len(list))], run.Entries, "until second %d", second)
		require.Equal(t, second == 2, run.Whole)
	}
}

func TestWhatIsKeptBehindAFeedIsReplacedByTheNextLook(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fullOf(t, 5000)
	h.older(t, 5000, false)
	h.older(t, 3000, false)
	require.Equal(t, []timeline.PostID{3000, 2999}, ids(h.read(t, 1, timeline.FeedRange{Until: at(3000), Count: 2})))
	require.Empty(t, h.read(t, 1, timeline.FeedRange{Until: at(4000), Count: 2}).Entries, "they have to be looked for again")
}

// A deep reader costs Redis so much, for ten minutes from the look on.
func TestWhatIsKeptBehindAFeedIsBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fullOf(t, timeline.FurtherLength)
	list := h.older(t, timeline.FurtherLength, false)
	for i := range list {
		list[i].PostID += 2_000_000_000
	}
	require.NoError(t, h.KeepOlder(t.Context(), 1, 1, at(timeline.FurtherLength), list, false))
	bytes, err := h.redis.MemoryUsage(t.Context(), feedKey(1)+":older", 0).Result()
	require.NoError(t, err)
	require.LessOrEqual(t, bytes, int64(12*timeline.FurtherLength))
	life, err := h.redis.TTL(t.Context(), feedKey(1)+":older").Result()
	require.NoError(t, err)
	require.LessOrEqual(t, life, 10*time.Minute)
	require.Positive(t, life)
}

func TestWhatAFeedStandsOnTellsHowFastPostsCome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	base := func() timeline.FeedBase {
		found, err := h.FindFeedBase(t.Context(), 1)
		require.NoError(t, err)
		return found
	}
	h.build(t, 1, 1, 9)
	require.Zero(t, base().Pace, "of one post")
	h.build(t, 1, 300, 9)
	require.Zero(t, base().Pace, "nothing is older")
	h.fullOf(t, 10_000)
	require.InDelta(t, time.Second, base().Pace, float64(10*time.Millisecond))
	require.Zero(t, base().Older)
	slow := entries(100)
	for i := range slow {
		slow[i].CreatedAt = at(60 * (100 - i))
	}
	slices.SortFunc(slow, newestFirst)
	require.NoError(t, h.KeepOlder(t.Context(), 1, 1, at(6000), slow, false))
	require.InDelta(t, time.Minute, base().Pace, float64(time.Second))
	require.Equal(t, 100, base().Older)
	h.push(t, timeline.FeedEntry{PostID: 1, CreatedAt: at(20_000)}, 1)
	require.InDelta(t, time.Minute, base().Pace, float64(time.Second))
}

// BenchmarkKeepOlder is what a look behind a feed stores: nobody else is served
// meanwhile.
func BenchmarkKeepOlder(b *testing.B) {
	h := newHouse(b)
	ticket, err := h.BeginFeed(b.Context(), 1, timeline.Followings{Members: []timeline.MemberID{9}, Version: 1})
	require.NoError(b, err)
	require.NoError(b, h.FillFeed(b.Context(), 1, ticket, entries(timeline.FeedLength), false))
	looks, server, own := 0, h.redisCPU(b), ownCPU()
	for b.Loop() {
		looks++
		h.older(b, timeline.FurtherLength, false)
	}
	b.ReportMetric(float64((h.redisCPU(b)-server).Microseconds())/float64(looks), "redis-µs/look")
	b.ReportMetric(float64((ownCPU()-own).Microseconds())/float64(looks), "own-µs/look")
}
