package rediscache_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func valueOf(t *testing.T, client *rediscache.Client, key string) string {
	t.Helper()
	values, err := client.MGet(t.Context(), key)
	require.NoError(t, err)
	if values[0] == nil {
		return ""
	}
	return *values[0]
}

func TestWhatWasReadBeforeAChangeIsNotKeptAfterIt(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	keep := func(seen, value string) {
		require.NoError(t, client.Keep(t.Context(), time.Hour, time.Now(), rediscache.Kept{Key: "k", Seen: seen, Value: value}))
	}
	before := valueOf(t, client, "k")
	require.True(t, rediscache.IsMark(before))
	keep(before, "one")
	require.Equal(t, "one", valueOf(t, client, "k"))

	slow := valueOf(t, client, "other") // looks, and is overtaken by a change
	require.NoError(t, client.Forget(t.Context(), "k", "other"))
	require.NoError(t, client.Keep(t.Context(), time.Hour, time.Now(), rediscache.Kept{Key: "other", Seen: slow, Value: "old"}))
	require.True(t, rediscache.IsMark(valueOf(t, client, "other")))

	first := valueOf(t, client, "k") // looks after the first change and before the second
	require.NoError(t, client.Forget(t.Context(), "k"))
	keep(first, "old")
	require.True(t, rediscache.IsMark(valueOf(t, client, "k")))
	keep(valueOf(t, client, "k"), "new")
	require.Equal(t, "new", valueOf(t, client, "k"))
}

func TestALookThatIsTooOldIsNotKept(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	old := time.Now().Add(-11 * time.Second)
	require.NoError(t, client.Keep(t.Context(), time.Hour, old, rediscache.Kept{Key: "k", Value: "one"}))
	require.Empty(t, valueOf(t, client, "k"))
}

func TestAMarkEndsByItself(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	require.NoError(t, client.Forget(t.Context(), "k"))
	life, err := client.Conn().TTL(t.Context(), "k").Result()
	require.NoError(t, err)
	require.InDelta(t, 60, life.Seconds(), 5)
	require.NoError(t, client.Forget(t.Context()), "nothing is forgotten for nothing")
}
