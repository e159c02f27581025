package rediscache

import (
	"context"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Limit is a token bucket: Burst events at once, and Events more per Per.
type Limit struct {
	Events int
	Per    time.Duration
	Burst  int
}

// Decision is whether an event may happen.
type Decision struct {
	Allowed bool
	// RetryAfter is when the next one may, where this one may not.
	RetryAfter time.Duration
}

// Limiter counts events over all replicas, by GCRA in Redis and by its clock.
type Limiter struct {
	client *Client
	rate   *redis_rate.Limiter
	prefix string
}

// NewLimiter counts under keys that begin with "rate:" and prefix.
func NewLimiter(client *Client, prefix string) *Limiter {
	return &Limiter{client: client, rate: redis_rate.NewLimiter(client.redis), prefix: prefix}
}

// Allow counts one event of key, where it may happen. Where Redis does not
// answer, it may, and Stats.LimitsOpen counts that: a limit protects us from
// too much, and an outage of Redis is no reason to refuse everybody. So do not
// use it for what must hold (guesses at passwords).
func (l *Limiter) Allow(ctx context.Context, key string, limit Limit) Decision {
	result, err := l.rate.Allow(ctx, l.prefix+key, redis_rate.Limit{Rate: limit.Events, Period: limit.Per, Burst: limit.Burst})
	if err != nil {
		l.client.counts.limitsOpen.Add(1)
		return Decision{Allowed: true}
	}
	if result.Allowed > 0 {
		return Decision{Allowed: true}
	}
	return Decision{RetryAfter: result.RetryAfter}
}
