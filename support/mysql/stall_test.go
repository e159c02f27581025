package mysql_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestAPoolFromWhichNobodyGetsAConnectionForAMinuteIsNotLive(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	pool := openAt(t, mysql.Config{DSN: testenv.MySQL(t).DSN, MaxOpen: 1})
	pool.SetStallClock(func() time.Time { return now })
	live := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		return pool.Live(ctx)
	}
	require.NoError(t, pool.Live(t.Context()))
	require.NoError(t, pool.InTx(t.Context(), func(context.Context) error {
		require.NoError(t, live(), "busy is not stuck")
		now = now.Add(59 * time.Second)
		require.NoError(t, live())
		now = now.Add(time.Second)
		require.Error(t, live())
		return nil
	}))
	require.NoError(t, pool.Live(t.Context()), "and is live again when somebody gets one")
}
