package rediscache_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

type (
	id   int64
	name struct{ Name string }
)

var start = time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)

func newCache(t *testing.T, now *time.Time) (*rediscache.Cached[id, name], *rediscache.Client) {
	t.Helper()
	clock := func() time.Time { return *now }
	client := open(t, testenv.Redis(t))
	return rediscache.NewCached[id, name](client, rediscache.CacheConfig{Prefix: "names:", Fresh: 10 * time.Second, Keep: 24 * time.Hour, Now: clock}), client
}

func TestValuesAreFreshForTenSecondsAndThenTheLastKnown(t *testing.T) {
	t.Parallel()
	now, ctx := start, context.Background()
	cache, client := newCache(t, &now)
	require.NoError(t, cache.SetMany(ctx, map[id]name{1: {"a"}, 2: {"b"}}, now))

	got, err := cache.GetMany(ctx, []id{1, 2, 3})
	require.NoError(t, err)
	require.Equal(t, map[id]rediscache.Entry[name]{1: {Value: name{"a"}, FetchedAt: start, Fresh: true}, 2: {Value: name{"b"}, FetchedAt: start, Fresh: true}}, got)

	now = start.Add(10 * time.Second)
	got, err = cache.GetMany(ctx, []id{1})
	require.NoError(t, err)
	require.True(t, got[1].Fresh)
	now = now.Add(time.Nanosecond)
	got, err = cache.GetMany(ctx, []id{1})
	require.NoError(t, err)
	require.False(t, got[1].Fresh)
	require.Equal(t, "a", got[1].Value.Name)

	ttl, err := client.Conn().PTTL(ctx, "names:1").Result()
	require.NoError(t, err)
	require.InDelta(t, 24*time.Hour, ttl, float64(time.Minute))
}

func TestDeletedValueIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	now, ctx := start, context.Background()
	cache, _ := newCache(t, &now)
	require.NoError(t, cache.SetMany(ctx, map[id]name{1: {"old"}, 2: {"b"}}, now))
	require.NoError(t, cache.Delete(ctx, 1))
	got, err := cache.GetMany(ctx, []id{1, 2})
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Contains(t, got, id(2))
}

// A reader asks the owner, the owner changes and deletes, the reader keeps what
// it was told: too late.
func TestValueReadBeforeAChangeIsNotKeptAfterIt(t *testing.T) {
	t.Parallel()
	now, ctx := start, context.Background()
	cache, client := newCache(t, &now)
	require.NoError(t, cache.Delete(ctx, 1))
	require.NoError(t, cache.SetMany(ctx, map[id]name{1: {"before the change"}, 2: {"b"}}, now))
	got, err := cache.GetMany(ctx, []id{1, 2})
	require.NoError(t, err)
	require.NotContains(t, got, id(1))
	require.Contains(t, got, id(2))

	ttl, err := client.Conn().PTTL(ctx, "names:1").Result()
	require.NoError(t, err)
	require.LessOrEqual(t, ttl, 2*time.Second)
	require.NoError(t, client.Conn().PExpire(ctx, "names:1", time.Millisecond).Err())
	require.Eventually(t, func() bool {
		require.NoError(t, cache.SetMany(ctx, map[id]name{1: {"after"}}, now))
		got, err := cache.GetMany(ctx, []id{1})
		return err == nil && got[1].Value.Name == "after"
	}, time.Second, 2*time.Millisecond)
}

func TestWhatCannotBeReadIsAbsentAndCounted(t *testing.T) {
	t.Parallel()
	now, ctx := start, context.Background()
	cache, client := newCache(t, &now)
	require.NoError(t, client.Conn().Set(ctx, "names:1", "{broken", time.Minute).Err())
	got, err := cache.GetMany(ctx, []id{1})
	require.NoError(t, err)
	require.Empty(t, got)
	require.Equal(t, uint64(1), client.Stats().Undecodable)
}

func TestManyIDsAndNone(t *testing.T) {
	t.Parallel()
	now, ctx := start, context.Background()
	cache, _ := newCache(t, &now)
	values, ids := map[id]name{}, []id{}
	for i := range id(1234) {
		values[i], ids = name{fmt.Sprint("n", i)}, append(ids, i)
	}
	require.NoError(t, cache.SetMany(ctx, values, now))
	got, err := cache.GetMany(ctx, ids)
	require.NoError(t, err)
	require.Len(t, got, 1234)
	require.Equal(t, "n777", got[777].Value.Name)

	got, err = cache.GetMany(ctx, nil)
	require.NoError(t, err)
	require.Empty(t, got)
	require.NoError(t, cache.SetMany(ctx, nil, now))
	require.NoError(t, cache.Delete(ctx))
}

func TestCacheSaysWhenRedisIsDown(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	cache := rediscache.NewCached[id, name](open(t, database), rediscache.CacheConfig{Prefix: "x:", Now: time.Now})
	require.NoError(t, server.Kill())
	_, err := cache.GetMany(context.Background(), []id{1})
	require.Error(t, err)
	require.Error(t, cache.SetMany(context.Background(), map[id]name{1: {}}, time.Now()))
	require.Error(t, cache.Delete(context.Background(), 1))
}
