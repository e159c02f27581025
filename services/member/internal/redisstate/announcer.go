// Package redisstate keeps what member tells the fleet through Redis: which
// sessions live, how far a set of followings has changed, and how often a
// password was guessed. All of it is in MySQL too or may be lost.
package redisstate

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

// skew is how much longer than an access token its flags live: clocks differ.
const skew = time.Minute

// commandLimit bounds what one use case waits for Redis, whatever it asks.
const commandLimit = 300 * time.Millisecond

const flagsPerTrip = 500

// Announcer implements member.Announcer.
type Announcer struct {
	redis *rediscache.Client
	ttl   time.Duration
	now   member.Clock
	// failures counts what Redis did not take; the repetition watches it.
	failures atomic.Uint64
}

var _ member.Announcer = (*Announcer)(nil)

// NewAnnouncer writes to redis. ttl is the life of an access token.
func NewAnnouncer(redis *rediscache.Client, ttl time.Duration, now member.Clock) *Announcer {
	return &Announcer{redis: redis, ttl: ttl, now: now}
}

// Failures is how often Redis did not take something since the start.
func (a *Announcer) Failures() uint64 { return a.failures.Load() }

func (a *Announcer) failed(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	a.failures.Add(1)
	slog.WarnContext(ctx, "redis not told", "what", what, "error", err)
	return fmt.Errorf("tell redis of %s: %w", what, err)
}

// limited detaches from the caller's deadline: a client that leaves must not
// leave a revocation half told.
func limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), commandLimit)
}

// sessionLive sets the flag, or prolongs it, but never over a revocation.
var sessionLive = redis.NewScript(`
local flag = redis.call('GET', KEYS[1])
if flag == false or flag == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 0`)

// SessionLive implements member.Announcer.
func (a *Announcer) SessionLive(ctx context.Context, id member.SessionID) error {
	ctx, cancel := limited(ctx)
	defer cancel()
	err := sessionLive.Run(ctx, a.redis.Conn(), []string{auth.SessionKey(int64(id))}, auth.SessionLive, (a.ttl + skew).Milliseconds()).Err()
	return a.failed(ctx, "a live session", err)
}

// epochAtLeast raises the epoch and never lowers it.
var epochAtLeast = redis.NewScript(`
local epoch = redis.call('GET', KEYS[1])
if epoch == false or tonumber(epoch) == nil or tonumber(epoch) < tonumber(ARGV[1]) then
  epoch = ARGV[1]
end
redis.call('SET', KEYS[1], epoch, 'PX', ARGV[2])
return 0`)

// SessionsEnded implements member.Announcer. The flags say it all; the epoch
// says it in one key, which holds even while the flags are being written.
func (a *Announcer) SessionsEnded(ctx context.Context, of member.MemberID, ids []member.SessionID, epoch member.SessionID) error {
	ctx, cancel := limited(ctx)
	defer cancel()
	life := a.ttl + skew
	if epoch != 0 {
		err := epochAtLeast.Run(ctx, a.redis.Conn(), []string{auth.EpochKey(int64(of))}, strconv.FormatInt(int64(epoch), 10), life.Milliseconds()).Err()
		if err != nil {
			return a.failed(ctx, "an epoch", err)
		}
	}
	for chunk := range slices.Chunk(ids, flagsPerTrip) {
		_, err := a.redis.Conn().Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, id := range chunk {
				p.Set(ctx, auth.SessionKey(int64(id)), auth.SessionRevoked, life)
			}
			return nil
		})
		if err != nil {
			return a.failed(ctx, "ended sessions", err)
		}
	}
	return nil
}

// TokenEnded implements member.Announcer.
func (a *Announcer) TokenEnded(ctx context.Context, token member.TokenID, expires time.Time) error {
	left := expires.Sub(a.now())
	if left <= 0 {
		return nil
	}
	ctx, cancel := limited(ctx)
	defer cancel()
	err := a.redis.Conn().Set(ctx, auth.BlacklistKey(string(token)), "1", left+skew).Err()
	return a.failed(ctx, "an ended token", err)
}
