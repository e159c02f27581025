package rediscache_test

import (
	"context"
	"crypto/sha256"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func scopeOf(key, body string) idempotency.Scope {
	return idempotency.Scope{MemberID: 7, Method: "DELETE", Path: "/api/images/x", Key: key, BodyHash: sha256.Sum256([]byte(body)), Life: 24 * time.Hour}
}

func answering(status int, body string, runs *atomic.Int64) func(context.Context) idempotency.Answer {
	return func(context.Context) idempotency.Answer {
		runs.Add(1)
		return idempotency.Answer{Status: status, Body: []byte(body)}
	}
}

// unexpected is a handler that must not run.
func unexpected(t *testing.T) func(context.Context) idempotency.Answer {
	t.Helper()
	return func(context.Context) idempotency.Answer {
		t.Error("the handler ran")
		return idempotency.Answer{Status: 500}
	}
}

func newBook(t *testing.T) (*rediscache.AnswerBook, *rediscache.Client) {
	t.Helper()
	client := open(t, testenv.Redis(t))
	return rediscache.NewAnswerBook(client, "image:idempotency:", time.Minute), client
}

func TestRepeatGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	book, client := newBook(t)
	var runs atomic.Int64
	body := "{\"data\":true} \x00\xff \n"
	first, replayed, err := book.Once(context.Background(), scopeOf("k", "b"), answering(200, body, &runs))
	require.NoError(t, err)
	require.False(t, replayed)
	again, replayed, err := book.Once(context.Background(), scopeOf("k", "b"), answering(500, "other", &runs))
	require.NoError(t, err)
	require.True(t, replayed)
	require.Equal(t, first, again)
	require.Equal(t, body, string(again.Body))
	require.Equal(t, int64(1), runs.Load())

	keys, err := client.Conn().Keys(context.Background(), "image:idempotency:*").Result()
	require.NoError(t, err)
	require.Len(t, keys, 1)
	ttl, err := client.Conn().TTL(context.Background(), keys[0]).Result()
	require.NoError(t, err)
	require.InDelta(t, 24*time.Hour, ttl, float64(time.Minute))
}

func TestWhichAnswersAreKept(t *testing.T) {
	t.Parallel()
	book, _ := newBook(t)
	for status, kept := range map[int]bool{200: true, 201: true, 400: true, 403: true, 404: true, 422: true, 401: false, 409: false, 429: false, 500: false, 503: false, 504: false} {
		var runs atomic.Int64
		scope := scopeOf("status-"+string(rune('a'+status%97)), "b")
		scope.Path = "/" + time.Duration(status).String()
		_, _, err := book.Once(context.Background(), scope, answering(status, "x", &runs))
		require.NoError(t, err)
		_, replayed, err := book.Once(context.Background(), scope, answering(status, "x", &runs))
		require.NoError(t, err)
		require.Equal(t, kept, replayed, status)
	}
}

func TestKeyWithAnotherBodyIsRefused(t *testing.T) {
	t.Parallel()
	book, _ := newBook(t)
	var runs atomic.Int64
	_, _, err := book.Once(context.Background(), scopeOf("k", "one"), answering(200, "x", &runs))
	require.NoError(t, err)
	_, _, err = book.Once(context.Background(), scopeOf("k", "two"), answering(200, "x", &runs))
	require.ErrorIs(t, err, idempotency.ErrKeyReused)
	require.Equal(t, int64(1), runs.Load())
}

func TestEachPartOfAScopeCounts(t *testing.T) {
	t.Parallel()
	book, _ := newBook(t)
	var runs atomic.Int64
	base := scopeOf("k", "b")
	scopes := []idempotency.Scope{base, base, base, base, base}
	scopes[1].MemberID = 8
	scopes[2].Method = "POST"
	scopes[3].Path = "/api/images/y"
	scopes[4].Key = "k2"
	for _, scope := range scopes {
		_, replayed, err := book.Once(context.Background(), scope, answering(200, "x", &runs))
		require.NoError(t, err)
		require.False(t, replayed)
	}
	require.Equal(t, int64(len(scopes)), runs.Load())
}

func TestParallelRepeatsRunOnce(t *testing.T) {
	t.Parallel()
	database := testenv.Redis(t)
	replicas := []*rediscache.AnswerBook{rediscache.NewAnswerBook(open(t, database), "i:", 0), rediscache.NewAnswerBook(open(t, database), "i:", 0)}
	var runs, replays atomic.Int64
	var group, asked sync.WaitGroup
	asked.Add(40)
	slow := func(ctx context.Context) idempotency.Answer {
		asked.Wait() // not done before all the others have come
		return answering(200, "x", &runs)(ctx)
	}
	for i := range 40 {
		group.Go(func() {
			asked.Done()
			answer, replayed, err := replicas[i%2].Once(context.Background(), scopeOf("k", "b"), slow)
			if err == nil && replayed && string(answer.Body) == "x" {
				replays.Add(1)
			}
		})
	}
	group.Wait()
	require.Equal(t, int64(1), runs.Load())
	require.Equal(t, int64(39), replays.Load())
}

func TestRepeatWaitsFiveSecondsForARunningFirst(t *testing.T) {
	t.Parallel()
	book, _ := newBook(t)
	started, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_, _, _ = book.Once(context.Background(), scopeOf("k", "b"), func(context.Context) idempotency.Answer {
			close(started)
			<-release
			return idempotency.Answer{Status: 200}
		})
	}()
	<-started
	begin := time.Now()
	_, _, err := book.Once(context.Background(), scopeOf("k", "b"), unexpected(t))
	require.ErrorIs(t, err, idempotency.ErrInProgress)
	require.InDelta(t, 5*time.Second, time.Since(begin), float64(500*time.Millisecond))

	_, _, err = book.Once(within(t, 50*time.Millisecond), scopeOf("k", "b"), unexpected(t))
	require.ErrorIs(t, err, idempotency.ErrInProgress, "or until its own deadline")
	_, _, err = book.Once(context.Background(), scopeOf("k", "other body"), unexpected(t))
	require.ErrorIs(t, err, idempotency.ErrKeyReused)
	close(release)
	<-done
}

func TestClaimOfADeadProcessEnds(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Redis(t))
	book := rediscache.NewAnswerBook(client, "i:", 200*time.Millisecond)
	hang := make(chan struct{})
	started, done := make(chan struct{}), make(chan struct{})
	var runs atomic.Int64
	go func() { // it dies as far as the others can see: no answer within the claim
		defer close(done)
		_, _, _ = book.Once(context.Background(), scopeOf("k", "b"), func(context.Context) idempotency.Answer {
			close(started)
			<-hang
			return idempotency.Answer{Status: 200, Body: []byte("late")}
		})
	}()
	<-started
	answer, replayed, err := book.Once(context.Background(), scopeOf("k", "b"), answering(200, "second", &runs))
	require.NoError(t, err)
	require.False(t, replayed)
	require.Equal(t, "second", string(answer.Body))

	close(hang)
	<-done
	answer, replayed, err = book.Once(context.Background(), scopeOf("k", "b"), unexpected(t))
	require.NoError(t, err)
	require.True(t, replayed)
	require.Equal(t, "second", string(answer.Body), "the late one does not overwrite what others were told")
	require.Equal(t, uint64(1), client.Stats().AnswersLost)
}

func TestPanicFreesTheKey(t *testing.T) {
	t.Parallel()
	book, _ := newBook(t)
	var runs atomic.Int64
	require.Panics(t, func() {
		_, _, _ = book.Once(context.Background(), scopeOf("k", "b"), func(context.Context) idempotency.Answer {
			panic("bug") //nolint:forbidigo // what a handler must not do
		})
	})
	_, replayed, err := book.Once(within(t, time.Second), scopeOf("k", "b"), answering(200, "x", &runs))
	require.NoError(t, err)
	require.False(t, replayed)
}

func TestAnswerIsKeptWhenTheClientLeaves(t *testing.T) {
	t.Parallel()
	book, _ := newBook(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, _, err := book.Once(ctx, scopeOf("k", "b"), func(context.Context) idempotency.Answer {
		cancel()
		return idempotency.Answer{Status: 200, Body: []byte("done")}
	})
	require.NoError(t, err)
	answer, replayed, err := book.Once(context.Background(), scopeOf("k", "b"), unexpected(t))
	require.NoError(t, err)
	require.True(t, replayed)
	require.Equal(t, "done", string(answer.Body))
}

func TestWithoutRedisTheRequestRunsAndIsCounted(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	client := open(t, database)
	book := rediscache.NewAnswerBook(client, "i:", 0)
	require.NoError(t, server.Kill())
	var runs atomic.Int64
	for range 2 {
		answer, replayed, err := book.Once(context.Background(), scopeOf("k", "b"), answering(200, "x", &runs))
		require.NoError(t, err)
		require.False(t, replayed)
		require.Equal(t, 200, answer.Status)
	}
	require.Equal(t, int64(2), runs.Load())
	require.Equal(t, uint64(2), client.Stats().Unguarded)
}

func TestRedisLostBetweenClaimAndAnswerIsCounted(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnRedis(t)
	client := open(t, database)
	book := rediscache.NewAnswerBook(client, "i:", 0)
	answer, _, err := book.Once(context.Background(), scopeOf("k", "b"), func(context.Context) idempotency.Answer {
		require.NoError(t, server.Kill())
		return idempotency.Answer{Status: 200}
	})
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, "the change was made: the caller is told so")
	require.Equal(t, uint64(1), client.Stats().AnswersLost)
}

func TestRequestWithoutAKeyRunsEachTime(t *testing.T) {
	t.Parallel()
	book, client := newBook(t)
	var runs atomic.Int64
	for range 2 {
		_, err := book.Unkeyed(context.Background(), answering(200, "x", &runs))
		require.NoError(t, err)
	}
	require.Equal(t, int64(2), runs.Load())
	size, err := client.Conn().DBSize(context.Background()).Result()
	require.NoError(t, err)
	require.Zero(t, size)
}

func TestKeyHoldsNothingOfTheRequestInPlain(t *testing.T) {
	t.Parallel()
	book, client := newBook(t)
	var runs atomic.Int64
	_, _, err := book.Once(context.Background(), scopeOf("secret-key", "b"), answering(200, "x", &runs))
	require.NoError(t, err)
	keys, err := client.Conn().Keys(context.Background(), "*").Result()
	require.NoError(t, err)
	require.NotContains(t, strings.Join(keys, " "), "secret-key")
}
