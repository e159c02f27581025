package quota_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/quota"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

func client(t *testing.T, addr string, db int) *rediscache.Client {
	t.Helper()
	c, err := rediscache.Open(rediscache.Config{Addr: addr, DB: db, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestADayHasSoManyUploadsOverAllReplicas(t *testing.T) {
	t.Parallel()
	server := testenv.Redis(t)
	now := time.Date(2026, 1, 1, 23, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	one := quota.New(client(t, server.Addr, server.DB).Conn(), 2, clock)
	other := quota.New(client(t, server.Addr, server.DB).Conn(), 2, clock)
	_, err := one.Take(t.Context(), 7)
	require.NoError(t, err)
	giveBack, err := other.Take(t.Context(), 7)
	require.NoError(t, err)
	for range 3 { // a refusal does not count
		_, err = one.Take(t.Context(), 7)
		require.True(t, apierr.HasCode(err, apierr.CodeTooManyRequests))
		require.Equal(t, time.Hour, apierr.From(err).RetryAfter, "until midnight")
	}
	_, err = one.Take(t.Context(), 8)
	require.NoError(t, err, "each member has its own")
	giveBack()
	_, err = one.Take(t.Context(), 7)
	require.NoError(t, err)
	now = now.Add(time.Hour)
	_, err = one.Take(t.Context(), 7)
	require.NoError(t, err, "a new day")
}

func TestWithoutRedisUploadsGoOnAndAreCounted(t *testing.T) {
	t.Parallel()
	q := quota.New(client(t, "127.0.0.1:1", 0).Conn(), 1, time.Now)
	for range 3 {
		giveBack, err := q.Take(t.Context(), 7)
		require.NoError(t, err)
		giveBack()
	}
	require.Equal(t, uint64(3), q.Open())
}
