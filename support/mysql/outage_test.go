package mysql_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestAPoolOutlivesItsServer(t *testing.T) {
	t.Parallel()
	server, schema := testenv.OwnMySQL(t)
	pool := openAt(t, mysql.Config{DSN: schema.DSN})
	exec(t, pool, "CREATE TABLE names (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL)")

	err := pool.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, insert(ctx, pool, "lost"))
		require.NoError(t, server.Kill())
		return insert(ctx, pool, "lost too")
	})
	require.Error(t, err)
	require.True(t, mysql.IsUnavailable(err), "dies inside a transaction: %v", err)
	for name, use := range map[string]func() error{
		"statement":   func() error { return insert(t.Context(), pool, "x") },
		"transaction": func() error { return pool.InTx(t.Context(), func(context.Context) error { return nil }) },
		"ping":        func() error { return pool.Ping(t.Context()) },
	} {
		err := use()
		require.True(t, mysql.IsUnavailable(err), "%s while it is down: %v", name, err)
	}

	require.NoError(t, server.Start(t.Context()))
	require.NoError(t, pool.Ping(t.Context()))
	require.NoError(t, pool.InTx(t.Context(), func(ctx context.Context) error { return insert(ctx, pool, "kept") }))
	require.Equal(t, []string{"kept"}, names(t, pool))
}

// A server that accepts and does not answer: nothing waits beyond its context.
func TestNothingWaitsForAFrozenServerBeyondItsContext(t *testing.T) {
	t.Parallel()
	server, schema := testenv.OwnMySQL(t)
	pool := openAt(t, mysql.Config{DSN: schema.DSN})
	require.NoError(t, pool.Ping(t.Context()))
	require.NoError(t, server.Pause())
	require.Eventually(t, func() bool { // its threads stop one after the other
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		return pool.Ping(ctx) != nil
	}, 5*time.Second, time.Millisecond)
	for name, use := range map[string]func(ctx context.Context) error{
		"ping":        pool.Ping,
		"transaction": func(ctx context.Context) error { return pool.InTx(ctx, func(context.Context) error { return nil }) },
		"statement":   func(ctx context.Context) error { return pool.DB(ctx).Exec("SELECT 1").Error },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		start := time.Now()
		require.Error(t, use(ctx), name)
		require.Less(t, time.Since(start), 2*time.Second, name)
		cancel()
	}
	require.NoError(t, server.Resume())
	require.NoError(t, pool.InTx(t.Context(), func(context.Context) error { return nil }))
}
