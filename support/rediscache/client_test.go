package rediscache_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestOpenNeedsAnAddressAndNoServer(t *testing.T) {
	t.Parallel()
	_, err := rediscache.Open(rediscache.Config{Now: time.Now})
	require.ErrorIs(t, err, rediscache.ErrNoAddress)

	client, err := rediscache.Open(rediscache.Config{Addr: "127.0.0.1:1", Now: time.Now})
	require.NoError(t, err)
	require.Error(t, client.Ping(context.Background()))
	require.NoError(t, client.Close())
}

func TestMGetTellsAbsentFromEmpty(t *testing.T) {
	t.Parallel()
	client, ctx := open(t, testenv.Redis(t)), context.Background()
	require.NoError(t, client.Ping(ctx))
	require.NoError(t, client.Conn().Set(ctx, "a", "1", time.Minute).Err())
	require.NoError(t, client.Conn().Set(ctx, "empty", "", time.Minute).Err())
	require.NoError(t, client.Conn().LPush(ctx, "list", "x").Err())

	values, err := client.MGet(ctx, "a", "absent", "empty", "list")
	require.NoError(t, err)
	require.Len(t, values, 4)
	require.Equal(t, "1", *values[0])
	require.Nil(t, values[1])
	require.Empty(t, *values[2])
	require.Nil(t, values[3], "another type holds no value")

	values, err = client.MGet(ctx)
	require.NoError(t, err)
	require.Empty(t, values)
}

func TestCommandsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	client := open(t, database)
	require.NoError(t, client.Ping(context.Background()))
	require.NoError(t, server.Pause())
	t.Cleanup(func() { require.NoError(t, server.Resume()) })

	begin := time.Now()
	_, err := client.MGet(within(t, 30*time.Millisecond), "a")
	require.Error(t, err)
	require.Less(t, time.Since(begin), 200*time.Millisecond)
}

func TestHangingRedisFailsFastAfterAWhileAndComesBack(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	client := open(t, database)
	require.NoError(t, client.Ping(context.Background()))
	require.NoError(t, server.Pause())
	for range 5 {
		require.Error(t, client.Ping(context.Background()))
	}

	// most of 100 calls cost nothing
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() { _ = client.Ping(context.Background()) })
	}
	group.Wait()
	require.GreaterOrEqual(t, client.Stats().Refused, uint64(90), "all but the trials")

	require.NoError(t, server.Resume())
	require.Eventually(t, func() bool { return client.Ping(context.Background()) == nil }, 3*time.Second, 10*time.Millisecond)
	for range 100 {
		require.NoError(t, client.Ping(context.Background()), "open again for all")
	}
}

func TestKilledRedisIsUsedAgainWhenItIsBack(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	client := open(t, database)
	require.NoError(t, client.Ping(context.Background()))
	require.NoError(t, server.Kill())
	for range 20 {
		require.Error(t, client.Ping(context.Background()))
	}
	require.NoError(t, server.Start(within(t, 10*time.Second)))
	require.Eventually(t, func() bool { return client.Ping(context.Background()) == nil }, 3*time.Second, 10*time.Millisecond)
}

func TestErrorsThatRedisAnswersAreNoOutage(t *testing.T) {
	t.Parallel()
	client, ctx := open(t, testenv.Redis(t)), context.Background()
	require.NoError(t, client.Conn().LPush(ctx, "list", "x").Err())
	for range 50 {
		require.Error(t, client.Conn().Get(ctx, "list").Err())   // WRONGTYPE
		require.Error(t, client.Conn().Get(ctx, "absent").Err()) // nil
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		require.Error(t, client.Ping(cancelled))
	}
	require.NoError(t, client.Ping(ctx))
	require.Zero(t, client.Stats().Refused)
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	database := testenv.Redis(t)
	client, err := rediscache.Open(rediscache.Config{Addr: database.Addr, DB: database.DB, PoolSize: 3, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	var group sync.WaitGroup
	for range 200 {
		group.Go(func() { _ = client.Ping(context.Background()) })
	}
	group.Wait()
	require.LessOrEqual(t, client.Conn().PoolStats().TotalConns, uint32(3))
}
