package redisstate

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

const failuresPrefix = "member:authentication:login-failures:"

// Attempts implements member.AttemptLimiter: a sliding window per budget in
// Redis, which all replicas share, by the clock of Redis.
//
// While Redis does not answer, fallback counts. It starts from nothing, so that
// an outage gives whoever guesses one more budget, and no more than one: failing
// open would take the limit away, and failing closed would lock everybody out.
type Attempts struct {
	redis    *rediscache.Client
	fallback member.AttemptLimiter
	fellBack atomic.Uint64
}

var _ member.AttemptLimiter = (*Attempts)(nil)

// NewAttempts counts in redis, and in fallback where that does not answer.
func NewAttempts(redis *rediscache.Client, fallback member.AttemptLimiter) *Attempts {
	return &Attempts{redis: redis, fallback: fallback}
}

// FellBack is how often fallback was used since the start.
func (a *Attempts) FellBack() uint64 { return a.fellBack.Load() }

// begin counts attempt ARGV[1] against every budget, each a sorted set of
// attempts by time, or against none: then it returns the milliseconds until the
// last of those that are used up has room. ARGV: id, window, limit of each key.
var begin = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = tonumber(ARGV[2])
local wait = 0
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local limit = tonumber(ARGV[2 + i])
  local count = redis.call('ZCARD', key)
  if count >= limit then
    local oldest = redis.call('ZRANGE', key, count - limit, count - limit, 'WITHSCORES')
    wait = math.max(wait, oldest[2] + window - now, 1)
  end
end
if wait > 0 then return wait end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[1])
  redis.call('PEXPIRE', key, window)
end
return 0`)

// Begin implements member.AttemptLimiter.
func (a *Attempts) Begin(ctx context.Context, budgets []member.Budget) (member.Attempt, time.Duration, error) {
	attempt := member.Attempt{ID: rand.Text(), Budgets: budgets}
	keys := make([]string, len(budgets))
	args := []any{attempt.ID, member.AttemptWindow.Milliseconds()}
	for i, budget := range budgets {
		keys[i] = failuresPrefix + budget.Name
		args = append(args, budget.Limit)
	}
	limitedCtx, cancel := limited(ctx)
	defer cancel()
	wait, err := begin.Run(limitedCtx, a.redis.Conn(), keys, args...).Int64()
	if err != nil {
		a.fellBack.Add(1)
		slog.WarnContext(ctx, "attempts are counted in mysql", "error", err)
		return a.fallback.Begin(ctx, budgets)
	}
	return attempt, time.Duration(wait) * time.Millisecond, nil
}

// Withdraw implements member.AttemptLimiter. An attempt without an id was
// counted by fallback.
func (a *Attempts) Withdraw(ctx context.Context, attempt member.Attempt) error {
	if attempt.ID == "" {
		return a.fallback.Withdraw(ctx, attempt)
	}
	ctx, cancel := limited(ctx)
	defer cancel()
	_, err := a.redis.Conn().Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, budget := range attempt.Budgets {
			p.ZRem(ctx, failuresPrefix+budget.Name, attempt.ID)
		}
		return nil
	})
	if err != nil {
		slog.WarnContext(ctx, "attempt not taken back", "error", err)
		return fmt.Errorf("take attempt back: %w", err)
	}
	return nil
}

// Clear implements member.AttemptLimiter.
func (a *Attempts) Clear(ctx context.Context, budget member.Budget) error {
	limitedCtx, cancel := limited(ctx)
	defer cancel()
	if err := a.redis.Conn().Del(limitedCtx, failuresPrefix+budget.Name).Err(); err != nil {
		return a.fallback.Clear(ctx, budget)
	}
	return nil
}
