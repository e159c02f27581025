package feed_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

func TestAPostIsPushedOnceIntoTheStoredFeedsOfFollowers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 2, 9)
	h.build(t, 2, 2, 9)
	post := timeline.FeedEntry{PostID: 77, CreatedAt: at(77)}
	for range 2 {
		taken, err := h.Push(t.Context(), h.Moment(), 9, post, []timeline.MemberID{1, 2, 3})
		require.NoError(t, err)
		require.Equal(t, 2, taken, "member 3 has no feed")
	}
	require.Equal(t, []timeline.PostID{77, 2, 1}, h.all(t, 1))
	require.Equal(t, []timeline.PostID{77, 2, 1}, h.all(t, 2))
	h.requireState(t, 3, timeline.FeedMissing)
}

func TestAPostIsPushedToMoreFollowersThanAScriptTakes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	followers := make([]timeline.MemberID, 1001)
	for i := range followers {
		followers[i] = timeline.MemberID(i + 1)
		h.build(t, followers[i], 1, 9)
	}
	require.Equal(t, 1001, h.push(t, timeline.FeedEntry{PostID: 77, CreatedAt: at(77)}, followers...))
	for _, reader := range []timeline.MemberID{1, 250, 251, 1001} {
		require.Equal(t, []timeline.PostID{77, 1}, h.all(t, reader))
	}
	require.Zero(t, h.push(t, timeline.FeedEntry{PostID: 78, CreatedAt: at(78)}))
}

func TestARedisThatForgotTheScriptsIsPushedTo(t *testing.T) {
	t.Parallel()
	h, _ := ownRedis(t)
	h.build(t, 1, 1, 9)
	for id := range timeline.PostID(2) {
		require.NoError(t, h.redis.ScriptFlush(t.Context()).Err())
		require.Equal(t, 1, h.push(t, timeline.FeedEntry{PostID: 77 + id, CreatedAt: at(77)}, 1))
	}
	require.Equal(t, []timeline.PostID{78, 77, 1}, h.all(t, 1))
}

// The list of followers may be older than the feed.
func TestAPostIsNotPushedToOneWhoNoLongerFollows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 2, 8)
	_, err := h.Push(t.Context(), h.Moment(), 9, timeline.FeedEntry{PostID: 77, CreatedAt: at(77)}, []timeline.MemberID{1})
	require.NoError(t, err)
	require.Equal(t, []timeline.PostID{2, 1}, h.all(t, 1))
}

func TestAnOfferedPostIsTakenByThoseWhoFollow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 2, 9)
	h.build(t, 2, 2, 8)
	for range 2 { // the event came twice
		require.NoError(t, h.Offer(t.Context(), 9, timeline.FeedEntry{PostID: 77, CreatedAt: at(77)}))
	}
	require.Equal(t, []timeline.PostID{77, 2, 1}, h.all(t, 1))
	require.Equal(t, []timeline.PostID{2, 1}, h.all(t, 2))
	require.NoError(t, h.Offer(t.Context(), 9, timeline.FeedEntry{PostID: 78, CreatedAt: at(78)}))
	require.Equal(t, []timeline.PostID{78, 77, 2, 1}, h.all(t, 1))
}

func TestAFeedThatIsTooFarBehindIsBuiltAgain(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, h house){
		"too much is new": func(t *testing.T, h house) {
			for i := range 501 {
				require.NoError(t, h.Offer(t.Context(), 9, timeline.FeedEntry{PostID: timeline.PostID(1000 + i), CreatedAt: at(1000 + i)}))
			}
		},
		"the stream is gone": func(t *testing.T, h house) { require.NoError(t, h.redis.Del(t.Context(), streamKey).Err()) },
		"the mark was trimmed": func(t *testing.T, h house) {
			require.NoError(t, h.Offer(t.Context(), 9, timeline.FeedEntry{PostID: 5, CreatedAt: at(5)}))
			require.NoError(t, h.redis.XTrimMaxLen(t.Context(), streamKey, 1).Err())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			require.NoError(t, h.Offer(t.Context(), 9, timeline.FeedEntry{PostID: 3, CreatedAt: at(3)}))
			h.build(t, 1, 2, 8)
			h.requireState(t, 1, timeline.FeedReady)
			spoil(t, h)
			h.requireState(t, 1, timeline.FeedMissing)
			h.build(t, 1, 2, 8)
			h.requireState(t, 1, timeline.FeedReady)
		})
	}
}

// An event may be hours late. In a feed that lost its end to the limit, and then
// some of its posts, an old one would stand where others are missing.
func TestAPostThatIsOlderThanTheEndOfAFeedIsLeftToTheDatabase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, timeline.FeedLength, 9)
	require.NoError(t, h.DropFromFeed(t.Context(), 1, []timeline.FeedEntry{{PostID: 500, CreatedAt: at(500)}, {PostID: 501, CreatedAt: at(501)}}))
	old := timeline.FeedEntry{PostID: 7000, CreatedAt: at(-100)}
	_, err := h.Push(t.Context(), h.Moment(), 9, old, []timeline.MemberID{1})
	require.NoError(t, err)
	require.NoError(t, h.Offer(t.Context(), 9, old))
	require.Len(t, h.all(t, 1), timeline.FeedLength-2)

	h.build(t, 2, 3, 9) // whole: everything has its place
	_, err = h.Push(t.Context(), h.Moment(), 9, old, []timeline.MemberID{2})
	require.NoError(t, err)
	require.Equal(t, []timeline.PostID{3, 2, 1, 7000}, h.all(t, 2))
}

func TestTheFeedsWithAnAuthorThatLeftAreBuiltAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 2, 9)
	h.build(t, 2, 2, 8)
	h.build(t, 9, 2, 8)
	require.NoError(t, h.AuthorLeft(t.Context(), 9))
	h.requireState(t, 1, timeline.FeedMissing)
	h.requireState(t, 2, timeline.FeedReady)
	h.requireState(t, 9, timeline.FeedMissing)
}

func TestARemovedPostIsGoneFromTheFeeds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 2, 9)
	h.build(t, 2, 2, 9)
	require.NoError(t, h.Remove(t.Context(), timeline.FeedEntry{PostID: 2, CreatedAt: at(2)}, []timeline.MemberID{1, 2, 3}))
	require.Equal(t, []timeline.PostID{1}, h.all(t, 1))
	require.Equal(t, []timeline.PostID{1}, h.all(t, 2))
}

// What is pushed to a feed of which nothing is left would stand there without what
// is older.
func TestAFeedOfWhichEveryPostIsGoneIsBuiltAgain(t *testing.T) {
	t.Parallel()
	for name, push := range map[string]bool{"and nothing came since": false, "and a post came since": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.build(t, 1, timeline.FeedLength, 9)
			for _, entry := range entries(timeline.FeedLength) {
				require.NoError(t, h.Remove(t.Context(), entry, []timeline.MemberID{1}))
			}
			if push {
				h.push(t, timeline.FeedEntry{PostID: 7000, CreatedAt: at(7)}, 1)
			}
			h.requireState(t, 1, timeline.FeedMissing)
			h.build(t, 1, timeline.FeedLength, 9)
			h.requireState(t, 1, timeline.FeedReady)
		})
	}
}

// A version that member could not write is healed by the event.
func TestAFollowThatTheFeedDoesNotKnowHasItBuiltAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		target    timeline.MemberID
		following bool
		at        time.Time
		state     timeline.FeedState
	}{
		{9, true, at(0), timeline.FeedReady},
		{8, true, at(0), timeline.FeedMissing},
		{9, false, at(0), timeline.FeedMissing},
		{8, false, at(0), timeline.FeedReady}, // built since
		{8, false, at(1), timeline.FeedMissing},
	} {
		h.build(t, 1, 2, 9)
		require.NoError(t, h.FollowChanged(t.Context(), 1, c.target, c.following, c.at))
		h.requireState(t, 1, c.state)
	}
	require.NoError(t, h.FollowChanged(t.Context(), 404, 9, true, at(0)))
	h.requireState(t, 404, timeline.FeedMissing)
}

func TestWithoutRedisEveryCallFails(t *testing.T) {
	t.Parallel()
	h, kill := ownRedis(t)
	h.build(t, 1, 2, 9)
	kill()
	_, err := h.ReadFeed(t.Context(), 1, timeline.FeedRange{Count: 10})
	require.Error(t, err)
	_, err = h.BeginFeed(t.Context(), 1, timeline.Followings{})
	require.Error(t, err)
	_, err = h.Push(t.Context(), h.Moment(), 9, timeline.FeedEntry{PostID: 1, CreatedAt: at(1)}, []timeline.MemberID{1})
	require.Error(t, err)
	require.Error(t, h.Offer(t.Context(), 9, timeline.FeedEntry{PostID: 1, CreatedAt: at(1)}))
	require.Error(t, h.FollowChanged(t.Context(), 1, 9, false, at(0)))
}
