package feed_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/feed"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func newLedger(t *testing.T) (*feed.Ledger, *rediscache.Client) {
	t.Helper()
	database := testenv.Redis(t)
	client, err := rediscache.Open(rediscache.Config{Addr: database.Addr, DB: database.DB, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return feed.NewLedger(client), client
}

func TestAnEventIsAppliedOnceAndAnOlderVersionNever(t *testing.T) {
	t.Parallel()
	ledger, _ := newLedger(t)
	applied := func(event, thing string, version int64) bool {
		is, err := ledger.IsApplied(t.Context(), event, thing, version)
		require.NoError(t, err)
		return is
	}
	require.False(t, applied("e2", "post:7", 2))
	require.NoError(t, ledger.MarkApplied(t.Context(), "e2", "post:7", 2))
	require.True(t, applied("e2", "post:7", 2), "the same event")
	require.True(t, applied("e1", "post:7", 1), "an older version that comes late")
	require.True(t, applied("e2b", "post:7", 2), "the same version")
	require.False(t, applied("e3", "post:7", 3))
	require.False(t, applied("e1", "post:8", 1))
	require.NoError(t, ledger.MarkApplied(t.Context(), "e1", "post:7", 1))
	require.True(t, applied("x", "post:7", 2), "the version is not lowered")
}

// A deletion leaves a tombstone for 8 days, an event its mark for an hour.
func TestWhatWasAppliedIsForgottenInTime(t *testing.T) {
	t.Parallel()
	ledger, client := newLedger(t)
	require.NoError(t, ledger.MarkApplied(t.Context(), "e2", "post:7", 2))
	for key, life := range map[string]time.Duration{"member_activity:kafka_key:e2:timeline": time.Hour, "timeline:applied:post:7": 8 * 24 * time.Hour} {
		left, err := client.Conn().TTL(t.Context(), key).Result()
		require.NoError(t, err)
		require.InDelta(t, life.Seconds(), left.Seconds(), 60, key)
	}
}
