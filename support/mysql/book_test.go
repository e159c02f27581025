package mysql_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
	"github.com/dailyfeed/dailyfeed/support/idempotency/idempotencytest"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestAnswerBookIsABook(t *testing.T) {
	t.Parallel()
	idempotencytest.Run(t, func(t *testing.T, now func() time.Time) idempotency.Book {
		t.Helper()
		_, book := openBook(t, now)
		return book
	})
}

func TestAnswerBookIsARecaller(t *testing.T) {
	t.Parallel()
	idempotencytest.RunRecaller(t, func(t *testing.T, now func() time.Time) idempotency.Book {
		t.Helper()
		_, book := openBook(t, now)
		return book
	})
}

func openBook(t *testing.T, now func() time.Time) (*mysql.Pool, *mysql.AnswerBook) {
	t.Helper()
	pool, config := openPool(t)
	exec(t, pool, mysql.AnswerTableSQL(answerTable))
	config.MaxOpen = 60 // as many as the suite's crowd
	crowded := openAt(t, config)
	return crowded, mysql.NewAnswerBook(crowded, answerTable, now)
}

func post(key string) idempotency.Scope {
	return idempotency.Scope{MemberID: 7, Method: "POST", Path: "/api/posts", Key: key, BodyHash: sha256.Sum256(nil), Life: time.Hour}
}

// answer inserts name and answers with status.
func answer(pool *mysql.Pool, name string, status int) func(context.Context) idempotency.Answer {
	return func(ctx context.Context) idempotency.Answer {
		if err := insert(ctx, pool, name); err != nil {
			return idempotency.Answer{Status: 500, Cause: err}
		}
		return idempotency.Answer{Status: status, Body: []byte(name)}
	}
}

func keptRows(t *testing.T, pool *mysql.Pool) (n int) {
	t.Helper()
	require.NoError(t, pool.DB(t.Context()).Raw("SELECT COUNT(*) FROM "+answerTable).Scan(&n).Error)
	return n
}

func TestAnswerAndChangeAreKeptTogether(t *testing.T) {
	t.Parallel()
	pool, book := openBook(t, time.Now)
	for status, want := range map[int]struct {
		changed bool
		kept    int
	}{
		201: {true, 1}, 404: {false, 1}, 503: {false, 0}, 429: {false, 0}, 401: {false, 0},
	} {
		exec(t, pool, "DELETE FROM "+answerTable)
		exec(t, pool, "DELETE FROM names")
		got, replayed, err := book.Once(t.Context(), post("k"), answer(pool, "a", status))
		require.NoError(t, err)
		require.False(t, replayed)
		require.Equal(t, status, got.Status)
		require.Equal(t, want.changed, len(names(t, pool)) == 1, status)
		require.Equal(t, want.kept, keptRows(t, pool), status)
	}
}

// The connection dies after the handler has done its work and before the
// commit: what a crash of the server or of this process comes to.
func TestNeitherChangeNorAnswerOutlivesAConnectionThatDies(t *testing.T) {
	t.Parallel()
	pool, book := openBook(t, time.Now)
	_, _, err := book.Once(t.Context(), post("k"), func(ctx context.Context) idempotency.Answer {
		made := answer(pool, "a", 201)(ctx)
		var id int64
		require.NoError(t, pool.DB(ctx).Raw("SELECT CONNECTION_ID()").Scan(&id).Error)
		exec(t, pool, fmt.Sprint("KILL CONNECTION ", id))
		return made
	})
	require.Error(t, err)
	require.True(t, mysql.IsUnavailable(err), "%v", err)
	require.Eventually(t, func() bool { return len(names(t, pool)) == 0 && keptRows(t, pool) == 0 }, 5*time.Second, 5*time.Millisecond)
	got, replayed, err := book.Once(t.Context(), post("k"), answer(pool, "a", 201))
	require.NoError(t, err)
	require.False(t, replayed)
	require.Equal(t, 201, got.Status)
	require.Equal(t, []string{"a"}, names(t, pool))
}

func TestNothingIsKeptWhenTheCallerIsGoneBeforeTheCommit(t *testing.T) {
	t.Parallel()
	pool, book := openBook(t, time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := book.Once(ctx, post("k"), func(ctx context.Context) idempotency.Answer {
		defer cancel()
		return answer(pool, "a", 201)(ctx)
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, names(t, pool))
	require.Zero(t, keptRows(t, pool))
}

func TestARepeatWaitsForTheFirstAndGetsItsAnswer(t *testing.T) {
	t.Parallel()
	short, config := openPool(t)
	exec(t, short, mysql.AnswerTableSQL(answerTable))
	config.LockWait = 20 * time.Second
	pool := openAt(t, config)
	book := mysql.NewAnswerBook(pool, answerTable, time.Now)
	begun, release := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		_, _, err := book.Once(t.Context(), post("k"), func(ctx context.Context) idempotency.Answer {
			close(begun)
			select {
			case <-release:
			case <-ctx.Done():
			}
			return answer(pool, "first", 201)(ctx)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	group.Go(func() {
		got, replayed, err := book.Once(t.Context(), post("k"), answer(pool, "second", 201))
		if err != nil || !replayed || string(got.Body) != "first" {
			t.Errorf("repeat: %q replayed=%t err=%v", got.Body, replayed, err)
		}
	})
	testenv.AwaitLockWait(t, pool.SQL())
	close(release)
	group.Wait()
	require.Equal(t, []string{"first"}, names(t, pool))
}

func TestADeadlockInTheHandlerIsRunAgainWithItsKey(t *testing.T) {
	t.Parallel()
	pool, book := openBook(t, time.Now)
	exec(t, pool, "INSERT INTO names (name) VALUES ('a'), ('b')")
	var group sync.WaitGroup
	var both sync.WaitGroup
	both.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		group.Go(func() {
			first := true
			got, _, err := book.Once(t.Context(), post(order[0]), func(ctx context.Context) idempotency.Answer {
				touch := func(name string) error {
					return pool.DB(ctx).Exec("UPDATE names SET at = NOW(6) WHERE name = ?", name).Error
				}
				err := touch(order[0])
				if first {
					first = false
					both.Done()
					both.Wait()
				}
				err = errors.Join(err, touch(order[1]))
				if err != nil {
					return idempotency.Answer{Status: 503, Cause: err}
				}
				return answer(pool, "by "+order[0], 200)(ctx)
			})
			if err != nil || got.Status != 200 {
				t.Errorf("%s: status %d, %v", order[0], got.Status, err)
			}
		})
	}
	group.Wait()
	require.ElementsMatch(t, []string{"a", "b", "by a", "by b"}, names(t, pool))
	require.Equal(t, 2, keptRows(t, pool))
}

func TestHooksRunOnceAndOnlyForWhatIsCommitted(t *testing.T) {
	t.Parallel()
	pool, book := openBook(t, time.Now)
	for status, want := range map[int]int{200: 1, 404: 0, 500: 0} {
		ran := 0
		hooked := func(ctx context.Context) idempotency.Answer {
			require.NoError(t, pool.AfterCommit(ctx, func() { ran++ }))
			return idempotency.Answer{Status: status}
		}
		for range 2 { // the second is a replay where the first is kept
			_, _, err := book.Once(t.Context(), post(fmt.Sprint(status)), hooked)
			require.NoError(t, err)
		}
		require.Equal(t, want, ran, status)
		ran = 0
		_, err := book.Unkeyed(t.Context(), hooked)
		require.NoError(t, err)
		require.Equal(t, want, ran, "unkeyed %d", status)
	}
}

func TestUnkeyedCommitsAndRollsBackLikeKeyed(t *testing.T) {
	t.Parallel()
	pool, book := openBook(t, time.Now)
	for status, want := range map[int][]string{200: {"n200"}, 404: {}, 500: {}} {
		exec(t, pool, "DELETE FROM names")
		_, err := book.Unkeyed(t.Context(), answer(pool, fmt.Sprint("n", status), status))
		require.NoError(t, err)
		require.Equal(t, want, names(t, pool))
	}
	require.Zero(t, keptRows(t, pool))
}

func TestAHandlerThatEndsTheTransactionIsFound(t *testing.T) {
	t.Parallel()
	pool, book := openBook(t, time.Now)
	_, _, err := book.Once(t.Context(), post("k"), func(ctx context.Context) idempotency.Answer {
		require.NoError(t, pool.DB(ctx).Exec("ROLLBACK").Error)
		return idempotency.Answer{Status: 200}
	})
	require.ErrorContains(t, err, "idempotency row is gone")
}

func TestPathsThatTheColumnCannotHold(t *testing.T) {
	t.Parallel()
	_, book := openBook(t, time.Now)
	long := "/api/posts/" + strings.Repeat("9", 300)
	paths := []string{long, long + "1", "/api/posts/\xff", "/api/posts/\xfe", "/api/x", "/api/x ", "/api/X", "/api/é", "/api/e"}
	for _, path := range paths {
		scope := post("k")
		scope.Path = path
		for _, want := range []bool{false, true} {
			got, replayed, err := book.Once(t.Context(), scope, func(context.Context) idempotency.Answer {
				return idempotency.Answer{Status: 200, Body: []byte(path)}
			})
			require.NoError(t, err)
			require.Equal(t, want, replayed, "%q", path)
			require.Equal(t, path, string(got.Body))
		}
	}
}

func TestAnswersOfAnyBytesAndOfMegabytesAreReturnedAsTheyWere(t *testing.T) {
	t.Parallel()
	pool, book := openBook(t, time.Now)
	for name, body := range map[string][]byte{
		"empty": {}, "quotes": []byte(`{"a":"\"'\\"}`), "zero": {0, 0xff, 0x1a, '\n'}, "korean": []byte("안녕 👋"),
		"big": bytes.Repeat([]byte("x"), 1<<20),
	} {
		for range 2 {
			got, _, err := book.Once(t.Context(), post(name), func(context.Context) idempotency.Answer {
				return idempotency.Answer{Status: 200, Body: body}
			})
			require.NoError(t, err)
			require.True(t, bytes.Equal(body, got.Body), name)
		}
	}
	_, _, err := book.Once(t.Context(), post("too big"), func(ctx context.Context) idempotency.Answer {
		require.NoError(t, insert(ctx, pool, "lost"))
		return idempotency.Answer{Status: 200, Body: make([]byte, 1<<24)}
	})
	require.Error(t, err, "16 MiB do not fit, and are not cut")
	require.Empty(t, names(t, pool))
}

func TestCleanRemovesExpiredAnswersOnly(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	pool, book := openBook(t, func() time.Time { return now })
	ok := func(context.Context) idempotency.Answer { return idempotency.Answer{Status: 200} }
	for i := range 5 {
		scope := post(fmt.Sprint(i))
		scope.Life = time.Duration(i+1) * time.Minute
		_, _, err := book.Once(t.Context(), scope, ok)
		require.NoError(t, err)
	}
	now = now.Add(3*time.Minute + time.Second)
	deleted, err := book.DeleteExpired(t.Context(), 2)
	require.NoError(t, err)
	require.EqualValues(t, 2, deleted)
	require.NoError(t, book.Clean(t.Context()))
	require.Equal(t, 2, keptRows(t, pool))
	_, replayed, err := book.Once(t.Context(), post("4"), ok)
	require.NoError(t, err)
	require.True(t, replayed)
}

// Cleaners of several replicas beside requests that claim, repeat and renew.
func TestCleanRunsBesideClaims(t *testing.T) {
	t.Parallel()
	pool, book := openBook(t, time.Now)
	var group sync.WaitGroup
	done := make(chan struct{})
	var cleaners sync.WaitGroup
	for range 2 {
		cleaners.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := book.Clean(t.Context()); err != nil {
					t.Errorf("clean: %v", err)
					return
				}
			}
		})
	}
	for worker := range 4 {
		group.Go(func() {
			for i := range 50 {
				scope := post(fmt.Sprint(worker%2, "-", i%5))
				scope.Life = time.Millisecond
				_, _, err := book.Once(t.Context(), scope, func(context.Context) idempotency.Answer { return idempotency.Answer{Status: 200} })
				if err != nil && !errors.Is(err, idempotency.ErrInProgress) {
					t.Errorf("once: %v", err)
				}
			}
		})
	}
	group.Wait()
	close(done)
	cleaners.Wait()
	require.LessOrEqual(t, keptRows(t, pool), 10)
}
