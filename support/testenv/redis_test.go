package testenv_test

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestRedisGivesEachTestAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	one, other := testenv.Redis(t), testenv.Redis(t)
	require.NotEqual(t, one.DB, other.DB)

	require.NoError(t, client(t, one).Set(t.Context(), "key", "value", 0).Err())
	require.ErrorIs(t, client(t, other).Get(t.Context(), "key").Err(), redis.Nil)
}

func TestOwnRedisForgetsWhenKilled(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	require.NoError(t, client(t, database).Set(t.Context(), "key", "value", 0).Err())

	require.NoError(t, server.Kill())
	require.Error(t, client(t, database).Ping(t.Context()).Err())
	require.NoError(t, server.Start(t.Context()))

	require.ErrorIs(t, client(t, database).Get(t.Context(), "key").Err(), redis.Nil)
}

func client(t *testing.T, database testenv.RedisDatabase) *redis.Client {
	t.Helper()
	c := redis.NewClient(database.Options())
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}
