package feed_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

func (h house) push(t *testing.T, entry timeline.FeedEntry, followers ...timeline.MemberID) int {
	t.Helper()
	taken, err := h.Push(t.Context(), h.Moment(), 9, entry, followers)
	require.NoError(t, err)
	return taken
}

// Whatever order events come in, and however often, a feed is the newest 800 of
// what it was given, by second and then by id.
func TestAFeedIsInOrderWhateverOrderPostsComeIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		late, reads int // seconds; pushes between two reads
	}{{3, 10_000}, {60, 10_000}, {4000, 10_000}, {3, 1}, {3, 5}, {60, 7}, {4000, 33}} {
		t.Run(fmt.Sprintf("%d s late, read after each %d", c.late, c.reads), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			random := rand.New(rand.NewPCG(7, uint64(c.late)))
			h.build(t, 1, 5, 9)
			model := entries(5)
			for n := range 1200 {
				entry := timeline.FeedEntry{PostID: timeline.PostID(100 + n), CreatedAt: at(100 + n/4 - random.IntN(c.late))}
				if n%97 == 0 {
					entry.PostID += 1 << 40 // an id of more than 32 bits
				}
				model = append(model, entry)
				h.push(t, entry, 1)
				again := model[max(0, len(model)-1-random.IntN(50))]
				h.push(t, again, 1)
				if n%c.reads == 0 {
					h.requireNewest(t, model)
				}
			}
			slices.SortFunc(model, newestFirst)
			run := h.read(t, 1, timeline.FeedRange{Count: 2 * timeline.FeedLength})
			require.True(t, run.Bottom)
			require.Equal(t, model[:timeline.FeedLength], run.Entries)
		})
	}
}

// requireNewest holds the front of member 1's feed to the newest of model.
func (h house) requireNewest(t *testing.T, model []timeline.FeedEntry) {
	t.Helper()
	wanted := slices.SortedFunc(slices.Values(model), newestFirst)
	wanted = slices.CompactFunc(wanted, func(a, b timeline.FeedEntry) bool { return a.PostID == b.PostID })
	require.Equal(t, wanted[:min(30, len(wanted))], h.read(t, 1, timeline.FeedRange{Count: 30}).Entries[:min(30, len(wanted))])
}

func newestFirst(a, b timeline.FeedEntry) int {
	if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
		return c
	}
	return int(b.PostID - a.PostID)
}

// A cursor names a second: a page behind it begins with the newest entry of it,
// wherever in the feed that is.
func TestAFeedIsReadFromAnySecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 300, 9)
	for range 5 {
		h.push(t, timeline.FeedEntry{PostID: 9000, CreatedAt: at(150)}, 1)
		h.push(t, timeline.FeedEntry{PostID: 9001, CreatedAt: at(150)}, 1)
	}
	for second, wanted := range map[int][]timeline.PostID{
		400: {300, 299, 298}, 300: {300, 299, 298}, 151: {151, 9001, 9000}, 150: {9001, 9000, 150}, 149: {149, 148, 147}, 2: {2, 1}, 1: {1}, 0: {},
	} {
		run := h.read(t, 1, timeline.FeedRange{Until: at(second), Count: 3})
		require.Equal(t, wanted, ids(run), "until second %d", second)
		require.Equal(t, second <= 2, run.Bottom && run.Whole, "until second %d", second)
	}
}

// A feed is built while posts are published: what the database has already, and
// what comes once more afterwards, is in it once.
func TestAPostThatTheDatabaseHadAlreadyIsNotTakenTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follow(t, 1, 1)
	ticket, err := h.BeginFeed(t.Context(), 1, timeline.Followings{Members: []timeline.MemberID{9}, Version: 1})
	require.NoError(t, err)
	late := timeline.FeedEntry{PostID: 700, CreatedAt: at(2)}
	h.push(t, timeline.FeedEntry{PostID: 3, CreatedAt: at(3)}, 1)
	h.push(t, late, 1)
	require.NoError(t, h.FillFeed(t.Context(), 1, ticket, entries(3), true))
	require.NoError(t, h.Offer(t.Context(), 9, timeline.FeedEntry{PostID: 2, CreatedAt: at(2)}))
	h.push(t, timeline.FeedEntry{PostID: 3, CreatedAt: at(3)}, 1)
	h.push(t, late, 1)
	require.Equal(t, []timeline.PostID{3, 700, 2, 1}, h.all(t, 1))
}

// Releases before kept feeds as sorted sets, and as lists without a fence, under the
// same keys. During an update both serve: what the other left is not read, and what
// is pushed to it makes no feed.
func TestAFeedOfAReleaseBeforeIsBuiltAgain(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(h house) error{
		"a sorted set": func(h house) error {
			return errors.Join(h.redis.ZAdd(t.Context(), feedKey(1), redis.Z{Score: 5, Member: "5"}).Err(), h.redis.HDel(t.Context(), feedKey(1)+":state", "form").Err())
		},
		"a list in order": func(h house) error {
			return errors.Join(h.redis.RPush(t.Context(), feedKey(1), "\x6a\x00\x00\x00\x00\x00\x00\x05").Err(), h.redis.HSet(t.Context(), feedKey(1)+":state", "form", "2").Err())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.build(t, 1, 3, 9)
			require.NoError(t, h.redis.Del(t.Context(), feedKey(1)).Err())
			require.NoError(t, leave(h))
			h.requireState(t, 1, timeline.FeedMissing)
			for n := range 33 {
				h.push(t, timeline.FeedEntry{PostID: timeline.PostID(77 + n), CreatedAt: at(77)}, 1)
			}
			require.Zero(t, h.redis.Exists(t.Context(), feedKey(1)).Val(), "nobody takes it for one that has the posts")
			h.build(t, 1, 3, 9)
			require.Equal(t, []timeline.PostID{3, 2, 1}, h.all(t, 1))
		})
	}
}

// While one release replaces another, both push.
func TestAPostThatTheReleaseBeforePushedIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 3, 9)
	h.push(t, timeline.FeedEntry{PostID: 6, CreatedAt: at(6)}, 1)
	for _, id := range []byte{8, 7, 6} {
		entry := []byte{0, 0, 0, 0, 0, 0, 0, id}
		binary.BigEndian.PutUint32(entry, uint32(at(int(id)).Unix()))
		require.NoError(t, h.redis.RPush(t.Context(), feedKey(1), entry).Err())
	}
	require.Equal(t, []timeline.PostID{8, 7, 6, 3, 2, 1}, h.all(t, 1))
}

// Ids and seconds of up to 32 bits: what the list and the allocator add is counted,
// in feeds as they are built and as pushes leave them.
func TestAnEntryCostsAtMostTwelveBytes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const readers = 20
	var followers []timeline.MemberID
	for reader := range timeline.MemberID(readers) {
		h.follow(t, reader+1, 1)
		ticket, err := h.BeginFeed(t.Context(), reader+1, timeline.Followings{Members: []timeline.MemberID{9}, Version: 1})
		require.NoError(t, err)
		built := entries(timeline.FeedLength)
		for i := range built {
			built[i].PostID += 2_000_000_000
		}
		require.NoError(t, h.FillFeed(t.Context(), reader+1, ticket, built, false))
		followers = append(followers, reader+1)
		require.LessOrEqual(t, h.bytesPerEntry(t, reader+1), 12.0)
	}
	for n := range 3 * timeline.FeedLength {
		h.push(t, timeline.FeedEntry{PostID: timeline.PostID(3_000_000_000 + n), CreatedAt: at(10_000 + n/3)}, followers...)
		if n%100 == 0 {
			require.LessOrEqual(t, h.bytesPerEntry(t, 1), 12.0, "after %d pushes", n+1)
		}
	}
}

func (h house) bytesPerEntry(t *testing.T, reader timeline.MemberID) float64 {
	t.Helper()
	bytes, err := h.redis.MemoryUsage(t.Context(), feedKey(reader), 0).Result()
	require.NoError(t, err)
	return float64(bytes) / timeline.FeedLength
}

// BenchmarkPush is a post into a thousand full feeds: CPU of Redis and of this
// process for each of them.
func BenchmarkPush(b *testing.B) {
	for _, c := range []struct {
		name     string
		reversed int
		keep     string
	}{{"in order", 0, "no"}, {"each four in reverse", 3, "no"}, {"each four in reverse, with the append-only file", 3, "yes"}} {
		b.Run(c.name, func(b *testing.B) {
			h, _ := ownRedis(b)
			require.NoError(b, h.redis.ConfigSet(b.Context(), "appendonly", c.keep).Err())
			h.benchmarkPush(b, c.reversed)
		})
	}
}

// benchmarkPush turns the order of posts round within each reversed+1, a power of 2.
func (h house) benchmarkPush(b *testing.B, reversed int) {
	b.Helper()
	followers := make([]timeline.MemberID, 1000)
	for i := range followers {
		followers[i] = timeline.MemberID(i + 1)
		authors := make([]timeline.MemberID, 100)
		for a := range authors {
			authors[a] = timeline.MemberID(a + 9)
		}
		ticket, err := h.BeginFeed(b.Context(), followers[i], timeline.Followings{Members: authors, Version: 1})
		require.NoError(b, err)
		require.NoError(b, h.FillFeed(b.Context(), followers[i], ticket, entries(timeline.FeedLength), false))
	}
	posts, server, own := 0, h.redisCPU(b), ownCPU()
	for b.Loop() {
		posts++
		n := posts ^ reversed
		taken, err := h.Push(b.Context(), h.Moment(), 9, timeline.FeedEntry{PostID: timeline.PostID(10_000 + n), CreatedAt: at(10_000 + n/100)}, followers)
		require.NoError(b, err)
		require.Len(b, followers, taken)
	}
	each := func(used time.Duration) float64 { return float64(used.Nanoseconds()) / float64(posts*len(followers)) }
	b.ReportMetric(each(h.redisCPU(b)-server), "redis-ns/feed")
	b.ReportMetric(each(ownCPU()-own), "own-ns/feed")
}
