package rediscache_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) {
	logging.Disable() // outages are made on purpose here
	os.Exit(testenv.With(m).Run())
}

func open(t *testing.T, database testenv.RedisDatabase) *rediscache.Client {
	t.Helper()
	return openAt(t, database, time.Now)
}

func openAt(t *testing.T, database testenv.RedisDatabase, now func() time.Time) *rediscache.Client {
	t.Helper()
	client, err := rediscache.Open(rediscache.Config{Addr: database.Addr, DB: database.DB, Now: now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// within is a context for what must not take long.
func within(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}
