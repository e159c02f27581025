package app

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/support/testenv"
	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// ownRedis starts the service on a Redis that the test may stop.
func ownRedis(t *testing.T) (*fleet, *server.Redis) {
	t.Helper()
	redis, database := testenv.OwnRedis(t)
	f := start(t, func(c *config.Config) { c.RedisAddr, c.RedisDB = database.Addr, database.DB })
	return f, redis
}

func flagOf(t *testing.T, f *fleet, p *person) string {
	t.Helper()
	return f.service.redis.Conn().Get(t.Context(), path("member:authentication:session-revoked:", claimsOf(t, p.bearer).SessionID)).Val()
}

func TestWithRedisDeadEverythingStillWorksAndWhatEndedStaysEnded(t *testing.T) {
	t.Parallel()
	f, redis := ownRedis(t)
	p, other := f.person(t), f.person(t)
	require.NoError(t, redis.Kill())
	f.requireAlive(t, p)
	later := f.logIn(t, p)
	f.requireAlive(t, later)
	later.take(t, f.refreshWith(t, tokenRefresh, later.refresh.Value).requireOK(t, 200))
	f.edit(t, p, `{"displayName":"새 이름"}`).requireOK(t, 200)
	f.follow(t, p, other.id)
	f.do(t, p, "POST", "/api/authentication/logout", "").requireOK(t, 200)
	f.requireDead(t, p)
	f.requireAlive(t, later)
	f.do(t, later, "POST", "/api/authentication/logout-all", "").requireOK(t, 200)
	f.requireDead(t, later)

	guesses := f.signUp(t)
	for range 5 {
		f.tryLogIn(t, guesses.email, otherPassword).requireCode(t, 400, "LOGIN_FAILED")
	}
	f.tryLogIn(t, guesses.email, goodPassword).requireCode(t, 429, "TOO_MANY_REQUESTS")

	require.NoError(t, redis.Start(t.Context()))
	require.Eventually(t, func() bool { return flagOf(t, f, later) == "1" }, 10*time.Second, 20*time.Millisecond)
	f.requireDead(t, p)
	f.requireDead(t, later)
	f.requireAlive(t, other)
}

func TestARevocationThatAHangingRedisMissedIsRepeatedWhenItIsBack(t *testing.T) {
	t.Parallel()
	f, redis := ownRedis(t)
	p, kept := f.person(t), f.person(t)
	require.Equal(t, "0", flagOf(t, f, p))
	require.NoError(t, redis.Pause())
	f.do(t, p, "POST", "/api/authentication/logout", "").requireOK(t, 200)
	f.requireDead(t, p)
	require.NoError(t, redis.Resume())
	require.Eventually(t, func() bool { return flagOf(t, f, p) == "1" }, 10*time.Second, 5*time.Millisecond)
	f.requireDead(t, p)
	f.requireAlive(t, kept)
}

func TestARevocationThatWasNotAnnouncedIsRepeatedByAnotherProcess(t *testing.T) {
	t.Parallel()
	f, redis := ownRedis(t)
	p := f.person(t)
	sid := claimsOf(t, p.bearer).SessionID
	// what a process leaves that could not reach Redis and died
	_, err := f.service.pool.SQL().ExecContext(t.Context(), "UPDATE member_sessions SET revoked_at = NOW(6), announced_at = NULL WHERE id = ?", sid)
	require.NoError(t, err)
	require.Equal(t, "0", flagOf(t, f, p))
	_ = redis
	f.join(t)
	require.Eventually(t, func() bool { return flagOf(t, f, p) == "1" }, 10*time.Second, 5*time.Millisecond)
	f.requireDead(t, p)
	require.EqualValues(t, 0, f.count(t, "SELECT COUNT(*) FROM member_sessions WHERE revoked_at IS NOT NULL AND announced_at IS NULL"))
}

func TestARedisThatLosesEverythingRevivesNobody(t *testing.T) {
	t.Parallel()
	f, _ := ownRedis(t)
	gone, kept := f.person(t), f.person(t)
	f.do(t, gone, "POST", "/api/authentication/logout", "").requireOK(t, 200)
	for range 3 {
		require.NoError(t, f.service.redis.Conn().FlushAll(context.Background()).Err())
		f.requireDead(t, gone)
		f.requireAlive(t, kept)
	}
}

func TestTheVersionOfFollowingsIsRepeatedAfterAnOutage(t *testing.T) {
	t.Parallel()
	f, redis := ownRedis(t)
	p, other := f.person(t), f.person(t)
	f.follow(t, p, other.id)
	key := path("member:api:followings-version:", p.id)
	require.Equal(t, "1", f.service.redis.Conn().Get(t.Context(), key).Val())
	require.NoError(t, redis.Pause())
	f.do(t, p, "DELETE", path("/api/members/follow/", other.id), "").requireOK(t, 204)
	require.NoError(t, redis.Resume())
	require.Eventually(t, func() bool { return f.service.redis.Conn().Get(t.Context(), key).Val() == "2" }, 10*time.Second, 5*time.Millisecond)
}
