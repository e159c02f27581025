package redisstate_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/redisstate"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

func open(t *testing.T, database testenv.RedisDatabase) *rediscache.Client {
	t.Helper()
	client, err := rediscache.Open(rediscache.Config{Addr: database.Addr, DB: database.DB, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// nowhere is a Redis that nobody runs.
func nowhere(t *testing.T) *rediscache.Client {
	t.Helper()
	return open(t, testenv.RedisDatabase{Addr: "127.0.0.1:1"})
}

const ttl = 2 * time.Hour

func TestALiveSessionNeverCoversOneThatEnded(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	announcer := redisstate.NewAnnouncer(client, ttl, time.Now)
	flag := func() string { return client.Conn().Get(t.Context(), auth.SessionKey(7)).Val() }
	require.NoError(t, announcer.SessionLive(t.Context(), 7))
	require.Equal(t, auth.SessionLive, flag())
	require.NoError(t, client.Conn().Expire(t.Context(), auth.SessionKey(7), time.Minute).Err())
	require.NoError(t, announcer.SessionLive(t.Context(), 7))
	require.Greater(t, client.Conn().TTL(t.Context(), auth.SessionKey(7)).Val(), ttl, "prolonged")
	require.NoError(t, announcer.SessionsEnded(t.Context(), 3, []member.SessionID{7, 8}, 0))
	require.NoError(t, announcer.SessionLive(t.Context(), 7))
	require.Equal(t, auth.SessionRevoked, flag())
	require.Greater(t, client.Conn().TTL(t.Context(), auth.SessionKey(8)).Val(), ttl)
	require.Zero(t, announcer.Failures())
}

func TestAnEpochOnlyGrows(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	announcer := redisstate.NewAnnouncer(client, ttl, time.Now)
	for _, epoch := range []member.SessionID{90, 100, 9} {
		require.NoError(t, announcer.SessionsEnded(t.Context(), 3, nil, epoch))
	}
	require.Equal(t, "100", client.Conn().Get(t.Context(), auth.EpochKey(3)).Val())
}

func TestManySessionsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	announcer := redisstate.NewAnnouncer(client, ttl, time.Now)
	ids := make([]member.SessionID, 1203)
	for i := range ids {
		ids[i] = member.SessionID(i + 1)
	}
	require.NoError(t, announcer.SessionsEnded(t.Context(), 3, ids, 0))
	require.EqualValues(t, 1203, client.Conn().DBSize(t.Context()).Val())
}

func TestAnEndedTokenIsListedUntilItExpires(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	announcer := redisstate.NewAnnouncer(client, ttl, time.Now)
	require.NoError(t, announcer.TokenEnded(t.Context(), "j-1", time.Now().Add(time.Hour)))
	require.InDelta(t, time.Hour.Seconds()+60, client.Conn().TTL(t.Context(), auth.BlacklistKey("j-1")).Val().Seconds(), 2)
	require.NoError(t, announcer.TokenEnded(t.Context(), "j-2", time.Now().Add(-time.Second)))
	require.Zero(t, client.Conn().Exists(t.Context(), auth.BlacklistKey("j-2")).Val())
}

func TestAnAnnouncementThatRedisDoesNotTakeFailsSoonAndIsCounted(t *testing.T) {
	t.Parallel()
	announcer := redisstate.NewAnnouncer(nowhere(t), ttl, time.Now)
	begin := time.Now()
	require.Error(t, announcer.SessionLive(t.Context(), 7))
	require.Error(t, announcer.SessionsEnded(t.Context(), 3, []member.SessionID{7}, 9))
	require.Error(t, announcer.TokenEnded(t.Context(), "j", time.Now().Add(time.Hour)))
	require.Less(t, time.Since(begin), time.Second)
	require.EqualValues(t, 3, announcer.Failures())
}

// none is a fallback that says it was used.
type none struct{ used int }

var errNone = errors.New("fallback")

func (n *none) Begin(context.Context, []member.Budget) (member.Attempt, time.Duration, error) {
	n.used++
	return member.Attempt{}, 0, errNone
}
func (n *none) Withdraw(context.Context, member.Attempt) error { n.used++; return nil }
func (n *none) Clear(context.Context, member.Budget) error     { n.used++; return nil }

func TestAttemptsCountAgainstEveryBudgetOrNone(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	attempts := redisstate.NewAttempts(client, new(none))
	email, address := member.Budget{Name: "email:a", Limit: 3}, member.Budget{Name: "address:b", Limit: 5}
	begin := func(budgets ...member.Budget) time.Duration {
		t.Helper()
		_, wait, err := attempts.Begin(t.Context(), budgets)
		require.NoError(t, err)
		return wait
	}
	for range 3 {
		require.Zero(t, begin(email, address))
	}
	wait := begin(email, address)
	require.Greater(t, wait, 14*time.Minute)
	require.LessOrEqual(t, wait, 15*time.Minute)
	require.Zero(t, begin(address))
	require.Zero(t, begin(address), "the refused attempt has not counted here")
	require.Positive(t, begin(address))
	require.NoError(t, attempts.Clear(t.Context(), email))
	attempt, wait, err := attempts.Begin(t.Context(), []member.Budget{email})
	require.NoError(t, err)
	require.Zero(t, wait)
	require.NoError(t, attempts.Withdraw(t.Context(), attempt))
	for range 3 {
		require.Zero(t, begin(email))
	}
	require.Positive(t, begin(email))
	keys := client.Conn().Keys(t.Context(), "*").Val()
	require.ElementsMatch(t, []string{"member:authentication:login-failures:email:a", "member:authentication:login-failures:address:b"}, keys)
	for _, key := range keys {
		require.Positive(t, client.Conn().PTTL(t.Context(), key).Val())
	}
}

func TestTheWindowOfAttemptsSlides(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	attempts := redisstate.NewAttempts(client, new(none))
	budget := member.Budget{Name: "email:a", Limit: 2}
	_, _, err := attempts.Begin(t.Context(), []member.Budget{budget})
	require.NoError(t, err)
	key := "member:authentication:login-failures:email:a"
	only := client.Conn().ZRange(t.Context(), key, 0, -1).Val()[0]
	require.NoError(t, client.Conn().ZIncrBy(t.Context(), key, -10*60*1000, only).Err()) // ten minutes ago
	_, _, err = attempts.Begin(t.Context(), []member.Budget{budget})
	require.NoError(t, err)
	_, wait, err := attempts.Begin(t.Context(), []member.Budget{budget})
	require.NoError(t, err)
	require.InDelta(t, 5*60, wait.Seconds(), 2, "until the older one has left the window")
	require.NoError(t, client.Conn().ZIncrBy(t.Context(), key, -5*60*1000-10, only).Err())
	_, wait, err = attempts.Begin(t.Context(), []member.Budget{budget})
	require.NoError(t, err)
	require.Zero(t, wait)
}

func TestParallelAttemptsDoNotSlipThrough(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	attempts := redisstate.NewAttempts(client, new(none))
	var mu sync.Mutex
	let := 0
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			_, wait, err := attempts.Begin(context.Background(), []member.Budget{{Name: "email:a", Limit: 5}})
			mu.Lock()
			defer mu.Unlock()
			if err == nil && wait == 0 {
				let++
			}
		})
	}
	all.Wait()
	require.LessOrEqual(t, let, 5)
	// what Redis answered too late, on a machine that is busy, it may have counted
	require.GreaterOrEqual(t, let+int(attempts.FellBack()), 5)
}

func TestWhereRedisDoesNotAnswerTheFallbackCounts(t *testing.T) {
	t.Parallel()
	fallback := new(none)
	attempts := redisstate.NewAttempts(nowhere(t), fallback)
	_, _, err := attempts.Begin(t.Context(), []member.Budget{{Name: "email:a", Limit: 5}})
	require.ErrorIs(t, err, errNone)
	require.NoError(t, attempts.Withdraw(t.Context(), member.Attempt{}))
	require.NoError(t, attempts.Clear(t.Context(), member.Budget{Name: "email:a"}))
	require.Equal(t, 3, fallback.used)
	require.EqualValues(t, 1, attempts.FellBack())
}

// versions are what the database says.
type versions map[member.MemberID]int64

func (v versions) FindFollowingsVersions(_ context.Context, ids []member.MemberID) (map[member.MemberID]int64, error) {
	found := map[member.MemberID]int64{}
	for _, id := range ids {
		found[id] = v[id]
	}
	return found, nil
}

func TestAPublishedVersionOnlyGrows(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	signals := redisstate.NewSignals(client, versions{8: 4}, time.Now)
	published := func(id int) string {
		return client.Conn().Get(t.Context(), "member:api:followings-version:"+strconv.Itoa(id)).Val()
	}
	for _, version := range []int64{9, 10, 8} {
		signals.FollowingsChanged(t.Context(), 7, version)
	}
	require.Equal(t, "10", published(7))
	require.Positive(t, client.Conn().TTL(t.Context(), "member:api:followings-version:7").Val())
	signals.FollowingsChangedMany(t.Context(), []member.MemberID{8})
	require.Equal(t, "4", published(8))
	signals.FollowingsChangedMany(t.Context(), nil)
}

func TestSignalsThatRedisDidNotTakeAreRepeatedWhenItIsBack(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	client := open(t, database)
	signals := redisstate.NewSignals(client, versions{7: 5}, time.Now)
	const name = "member:api:memberProfileSummaries:item:7"
	require.NoError(t, client.Conn().Set(t.Context(), name, "old", 0).Err())
	require.NoError(t, server.Pause())
	signals.ProfileChanged(t.Context(), 7)
	signals.FollowingsChanged(t.Context(), 7, 5)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { _ = signals.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	require.NoError(t, server.Resume())
	require.Eventually(t, func() bool {
		return client.Conn().Get(t.Context(), name).Val() != "old" && client.Conn().Get(t.Context(), "member:api:followings-version:7").Val() == "5"
	}, 10*time.Second, 10*time.Millisecond)
	require.Zero(t, signals.Dropped())
}
