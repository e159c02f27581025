package feed_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

const begunKey = "timeline:api:posts:feeds_begun"

// moment is one of now: only a push tells it.
func (h house) moment(t *testing.T) timeline.FeedMoment {
	t.Helper()
	_, err := h.Push(t.Context(), h.Moment(), 404, timeline.FeedEntry{PostID: 1, CreatedAt: at(1)}, []timeline.MemberID{404})
	require.NoError(t, err)
	require.NotEmpty(t, h.Moment())
	return h.Moment()
}

// The list of followers may be older than the feed: between them its reader has
// ended the follow, and had the feed built again.
func TestAPostIsNotPushedToAFeedThatWasBegunSinceWithoutItsAuthor(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(t *testing.T, h house){
		"and nothing else": func(*testing.T, house) {},
		"and it is being built": func(t *testing.T, h house) {
			_, err := h.BeginFeed(t.Context(), 1, timeline.Followings{Members: []timeline.MemberID{8}, Version: 2})
			require.NoError(t, err)
		},
		"and so many others that nobody knows": func(t *testing.T, h house) {
			for reader := range timeline.MemberID(300) {
				h.build(t, 1000+reader, 1, 9)
			}
		},
		"and who began is forgotten": func(t *testing.T, h house) { require.NoError(t, h.redis.Del(t.Context(), begunKey).Err()) },
		"and who began is forgotten, and others began": func(t *testing.T, h house) {
			require.NoError(t, h.redis.Del(t.Context(), begunKey).Err())
			h.build(t, 2, 1, 9)
		},
		"and the end of who began is cut off": func(t *testing.T, h house) {
			h.build(t, 2, 1, 9)
			require.NoError(t, h.redis.XTrimMaxLen(t.Context(), begunKey, 1).Err())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.build(t, 1, 2, 8, 9)
			h.build(t, 3, 2, 9)
			since := h.moment(t)
			h.build(t, 1, 2, 8)
			then(t, h)
			h.build(t, 3, 2, 9)
			taken, err := h.Push(t.Context(), since, 9, timeline.FeedEntry{PostID: 77, CreatedAt: at(77)}, []timeline.MemberID{1, 3})
			require.NoError(t, err)
			require.Equal(t, 1, taken)
			require.Equal(t, []timeline.PostID{77, 2, 1}, h.all(t, 3))
			if h.read(t, 1, timeline.FeedRange{Count: 1}).State == timeline.FeedReady {
				require.Equal(t, []timeline.PostID{2, 1}, h.all(t, 1))
			}
		})
	}
}

// A feed that a release before has begun is not written down.
func TestAFeedOfWhichNobodyKnowsWhenItWasBegunIsBuiltAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.build(t, 1, 2, 8)
	require.NoError(t, h.redis.HDel(t.Context(), feedKey(1)+":state", "begun").Err())
	h.requireState(t, 1, timeline.FeedMissing)
}

// What a push costs a feed is one command, from the second one on.
func TestAPushDoesNotLookAtTheAuthorsOfFeedsThatWereThere(t *testing.T) {
	t.Parallel()
	h, _ := ownRedis(t)
	followers := make([]timeline.MemberID, 600)
	for i := range followers {
		followers[i] = timeline.MemberID(i + 1)
		h.build(t, followers[i], 2, 9)
	}
	h.push(t, timeline.FeedEntry{PostID: 77, CreatedAt: at(77)}, followers...)
	looks := h.calls(t, "sismember")
	require.Equal(t, 600, h.push(t, timeline.FeedEntry{PostID: 78, CreatedAt: at(78)}, followers...))
	require.Equal(t, looks, h.calls(t, "sismember"))
	h.build(t, 5, 2, 9)
	require.Equal(t, 600, h.push(t, timeline.FeedEntry{PostID: 79, CreatedAt: at(79)}, followers...))
	require.NotEqual(t, looks, h.calls(t, "sismember"))
	looks = h.calls(t, "sismember")
	require.Equal(t, 600, h.push(t, timeline.FeedEntry{PostID: 80, CreatedAt: at(80)}, followers...))
	require.Equal(t, looks, h.calls(t, "sismember"), "it is known by now")
}

// calls is how often the server was asked for a command: its line of statistics.
func (h house) calls(t *testing.T, command string) string {
	t.Helper()
	info, err := h.redis.Info(t.Context(), "commandstats").Result()
	require.NoError(t, err)
	for line := range strings.Lines(info) {
		if name, stats, _ := strings.Cut(line, ":"); name == "cmdstat_"+command {
			calls, _, _ := strings.Cut(stats, ",")
			return calls
		}
	}
	return ""
}
