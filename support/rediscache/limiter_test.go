package rediscache_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestBurstAtOnceThenTheRate(t *testing.T) {
	t.Parallel()
	limiter := rediscache.NewLimiter(open(t, testenv.Redis(t)), "writes:")
	limit := rediscache.Limit{Events: 20, Per: time.Second, Burst: 10}
	for range 10 {
		require.True(t, limiter.Allow(context.Background(), "m1", limit).Allowed)
	}
	refused := limiter.Allow(context.Background(), "m1", limit)
	require.False(t, refused.Allowed)
	require.Positive(t, refused.RetryAfter)
	require.LessOrEqual(t, refused.RetryAfter, 50*time.Millisecond)
	require.True(t, limiter.Allow(context.Background(), "m2", limit).Allowed, "another key has its own")
	require.Eventually(t, func() bool { return limiter.Allow(context.Background(), "m1", limit).Allowed }, time.Second, 5*time.Millisecond)
}

func TestParallelEventsDoNotSlipThrough(t *testing.T) {
	t.Parallel()
	database := testenv.Redis(t)
	replicas := []*rediscache.Limiter{rediscache.NewLimiter(open(t, database), "x:"), rediscache.NewLimiter(open(t, database), "x:")}
	limit := rediscache.Limit{Events: 1, Per: time.Hour, Burst: 7}
	var allowed atomic.Int64
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			if replicas[i%2].Allow(context.Background(), "k", limit).Allowed {
				allowed.Add(1)
			}
		})
	}
	group.Wait()
	require.Equal(t, int64(7), allowed.Load())
}

func TestLimitKeysExpire(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	limiter := rediscache.NewLimiter(client, "x:")
	limiter.Allow(context.Background(), "k", rediscache.Limit{Events: 1, Per: time.Second, Burst: 5})
	ttl, err := client.Conn().TTL(context.Background(), "rate:x:k").Result()
	require.NoError(t, err)
	require.Positive(t, ttl)
}

func TestLimitIsOpenWhileRedisIsDownAndCounted(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	client := open(t, database)
	require.NoError(t, server.Kill())
	limiter := rediscache.NewLimiter(client, "x:")
	for range 3 {
		require.True(t, limiter.Allow(context.Background(), "k", rediscache.Limit{Events: 1, Per: time.Hour, Burst: 1}).Allowed)
	}
	require.Equal(t, uint64(3), client.Stats().LimitsOpen)
}
