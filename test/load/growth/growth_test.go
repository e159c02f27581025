package growth_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/load/growth"
)

var town = growth.Town{Members: 1e7, Posts: 1e9, Active: 0.3, PostsPerDay: 0.5, ReadsPerDay: 20, LikesPerPost: 5, FanOutLimit: 1000}

func TestWhatIsPushedAndWhatIsOfferedAreAllPosts(t *testing.T) {
	t.Parallel()
	load := growth.Simulate(town, growth.Sizes{})
	posts := 1e7 * 0.3 * 0.5 / 86_400
	require.InEpsilon(t, posts*(1-load.PushedShare), load.OfferedPerSecond, 1e-9)
	require.InDelta(t, 0.43, load.PushedShare, 0.01, "ranks above ten thousand have below a thousand followers")
	wider := town
	wider.FanOutLimit = 1e6
	more := growth.Simulate(wider, growth.Sizes{})
	require.Greater(t, more.PushesPerSecond, load.PushesPerSecond)
	require.Less(t, more.OfferedPerSecond, load.OfferedPerSecond)
}

func TestTablesGrowWithTheirRows(t *testing.T) {
	t.Parallel()
	load := growth.Simulate(town, growth.Sizes{Post: 900, Like: 100, FeedEntry: 10})
	require.InDelta(t, 9e11, load.PostsTable, 1)
	require.InDelta(t, 5e11, load.LikesTable, 1)
	require.InDelta(t, 3e6*8000, load.Feeds, 1)
}
