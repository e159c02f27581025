package mysql_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/dailyfeed/dailyfeed/support/mysql"
)

var errRefused = errors.New("refused by a rule")

func insert(ctx context.Context, pool *mysql.Pool, name string) error {
	_, err := pool.Insert(ctx, "INSERT INTO names (name) VALUES (?)", name)
	return err
}

func TestInTxCommitsWhatReturnsNil(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	require.NoError(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, insert(ctx, pool, "a"))
		require.Empty(t, names(t, pool), "not visible outside before the commit")
		return nil
	}))
	require.Equal(t, []string{"a"}, names(t, pool))
}

func TestInTxRollsBackWhatFails(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	require.ErrorIs(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, insert(ctx, pool, "a"))
		return errRefused
	}), errRefused)
	require.Empty(t, names(t, pool))
}

func TestInTxRollsBackWhatPanics(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	require.PanicsWithValue(t, "boom", func() {
		_ = pool.InTx(t.Context(), func(ctx context.Context) error {
			require.NoError(t, insert(ctx, pool, "a"))
			panic("boom") //nolint:forbidigo // what the test is about
		})
	})
	require.Empty(t, names(t, pool))
	require.Zero(t, pool.SQL().Stats().InUse, "the connection went back")
}

func TestInTxRollsBackWhenItsContextHasEnded(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := pool.InTx(ctx, func(ctx context.Context) error {
		require.NoError(t, insert(ctx, pool, "a"))
		cancel()
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, names(t, pool))
}

// Hooks often close over the context of the transaction.
func TestAHookMayUseTheContextOfItsTransaction(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	var read int64
	var looked, written, begun error
	require.NoError(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, insert(ctx, pool, "a"))
		return pool.AfterCommit(ctx, func() {
			looked = pool.DB(ctx).Raw("SELECT COUNT(*) FROM names").Scan(&read).Error
			written = insert(ctx, pool, "b")
			begun = pool.InTx(ctx, func(ctx context.Context) error { return insert(ctx, pool, "c") })
			require.Error(t, pool.RequireTx(ctx), "it is over")
		})
	}))
	require.NoError(t, looked)
	require.EqualValues(t, 1, read, "what it follows is committed")
	require.NoError(t, written)
	require.NoError(t, begun)
	require.Equal(t, []string{"a", "b", "c"}, names(t, pool))
}

func TestNestedInTxJoinsTheOuterOne(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	require.NoError(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, pool.InTx(ctx, func(ctx context.Context) error { return insert(ctx, pool, "inner") }))
		require.Empty(t, names(t, pool), "the inner one has not committed")
		return insert(ctx, pool, "outer")
	}))
	require.Equal(t, []string{"inner", "outer"}, names(t, pool))

	require.ErrorIs(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, pool.InTx(ctx, func(ctx context.Context) error { return insert(ctx, pool, "lost") }))
		return errRefused
	}), errRefused)
	require.Equal(t, []string{"inner", "outer"}, names(t, pool))
}

func TestPoolsDoNotTakeEachOthersTransactions(t *testing.T) {
	t.Parallel()
	pool, config := openPool(t)
	other := openAt(t, config)
	require.ErrorIs(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		require.Error(t, other.RequireTx(ctx))
		require.NoError(t, insert(ctx, other, "stays"))
		require.NoError(t, insert(ctx, pool, "goes"))
		return errRefused
	}), errRefused)
	require.Equal(t, []string{"stays"}, names(t, pool))
}

func TestRequireTxAndAfterCommitNeedATransaction(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	require.Error(t, pool.RequireTx(t.Context()))
	require.Error(t, pool.AfterCommit(t.Context(), func() {}))
	require.NoError(t, pool.InTx(t.Context(), pool.RequireTx))
}

func TestAfterCommitRunsHooksInOrderAndOnlyAfterTheCommit(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	var ran []string
	hook := func(ctx context.Context, name string) {
		require.NoError(t, pool.AfterCommit(ctx, func() { ran = append(ran, name) }))
	}
	require.NoError(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		hook(ctx, "first")
		require.NoError(t, pool.InTx(ctx, func(ctx context.Context) error { hook(ctx, "second"); return nil }))
		require.Empty(t, ran)
		return nil
	}))
	require.Equal(t, []string{"first", "second"}, ran)
}

func TestAfterCommitDropsHooksOfARollback(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	require.ErrorIs(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, pool.AfterCommit(ctx, func() { t.Error("hook of a rollback ran") }))
		return errRefused
	}), errRefused)
}

// touch locks the row of a name.
type touch func(db *gorm.DB, name string) error

func byChanging(db *gorm.DB, name string) error {
	return db.Exec("UPDATE names SET at = NOW(6) WHERE name = ?", name).Error
}

// byLooking is a search, during which a deadlock is reported among the rows.
func byLooking(db *gorm.DB, name string) error {
	var found []string
	return db.Raw("SELECT name FROM names WHERE name IN (?, 'nobody') ORDER BY id FOR UPDATE", name).Scan(&found).Error
}

// crossing makes two transactions that lock two rows in opposite orders: one
// of them is a deadlock's victim. hide makes them return nil whatever happens.
func crossing(t *testing.T, pool *mysql.Pool, touch touch, hide bool) (runs int, hooks []string) {
	t.Helper()
	exec(t, pool, "INSERT INTO names (name) VALUES ('a'), ('b')")
	var mu sync.Mutex
	var group sync.WaitGroup
	var both sync.WaitGroup // each has its first lock
	both.Add(2)
	for i, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		group.Go(func() {
			first := true
			err := pool.InTx(t.Context(), func(ctx context.Context) error {
				mu.Lock()
				runs++
				mu.Unlock()
				if err := touch(pool.DB(ctx), order[0]); err != nil {
					return err
				}
				if first {
					first = false
					both.Done()
					both.Wait()
				}
				err := touch(pool.DB(ctx), order[1])
				if hide {
					_ = insert(ctx, pool, "by "+strconv.Itoa(i)) // would run on its own, were it let
					err = nil
				} else if err == nil {
					err = insert(ctx, pool, "by "+strconv.Itoa(i))
				}
				if err == nil {
					err = pool.AfterCommit(ctx, func() {
						mu.Lock()
						defer mu.Unlock()
						hooks = append(hooks, "by "+strconv.Itoa(i))
					})
				}
				return err
			})
			if err != nil {
				t.Errorf("transaction %d: %v", i, err)
			}
		})
	}
	group.Wait()
	return runs, hooks
}

func TestInTxRunsAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	runs, hooks := crossing(t, pool, byChanging, false)
	require.Equal(t, 3, runs, "one victim, run twice")
	require.ElementsMatch(t, []string{"a", "b", "by 0", "by 1"}, names(t, pool))
	require.ElementsMatch(t, []string{"by 0", "by 1"}, hooks, "once each")
}

// The server has undone everything when it reports a deadlock: a caller that
// goes on would write the rest of its changes without the first ones.
func TestInTxFindsADeadlockThatItsCallerHides(t *testing.T) {
	t.Parallel()
	for name, touch := range map[string]touch{"of a change": byChanging, "of a search": byLooking} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, _ := openPool(t)
			runs, hooks := crossing(t, pool, touch, true)
			require.Equal(t, 3, runs)
			require.ElementsMatch(t, []string{"a", "b", "by 0", "by 1"}, names(t, pool))
			require.ElementsMatch(t, []string{"by 0", "by 1"}, hooks)
		})
	}
}

func TestInTxDoesNotRunAgainAfterOtherFailures(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	exec(t, pool, "INSERT INTO names (name) VALUES ('taken')")
	runs := 0
	err := pool.InTx(t.Context(), func(ctx context.Context) error {
		runs++
		return insert(ctx, pool, "taken")
	})
	require.True(t, mysql.IsDuplicate(err, "uq_names_name"))
	require.Equal(t, 1, runs)
}

func TestInTxDoesNotWaitForAConnectionBeyondItsContext(t *testing.T) {
	t.Parallel()
	_, config := openPool(t)
	config.MaxOpen = 1
	pool := openAt(t, config)
	require.NoError(t, pool.InTx(t.Context(), func(context.Context) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		err := pool.InTx(ctx, func(context.Context) error { return nil })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		return nil
	}))
}

func TestRowsThatAreNotClosedDoNotHoldTheTransaction(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	err := pool.InTx(t.Context(), func(ctx context.Context) error {
		rows, err := pool.DB(ctx).Raw("SELECT a.column_name FROM information_schema.columns a, information_schema.columns b").Rows()
		require.NoError(t, err)
		require.True(t, rows.Next())
		return insert(ctx, pool, "behind open rows")
	})
	require.Error(t, err)
	require.Empty(t, names(t, pool))
}

func TestGormsOwnTransactionsAreRefusedInside(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	require.Error(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		return pool.DB(ctx).Begin().Error
	}))
}

func TestLockTimeoutIsToldApart(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	exec(t, pool, "INSERT INTO names (name) VALUES ('a')")
	const lock = "SELECT id FROM names WHERE name = 'a' FOR UPDATE"
	require.NoError(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, pool.DB(ctx).Exec(lock).Error)
		err := pool.DB(t.Context()).Exec(lock).Error
		require.True(t, mysql.IsLockTimeout(err), "%v", err)
		require.True(t, mysql.IsUnavailable(err))
		require.False(t, mysql.IsDeadlock(err))
		return nil
	}))
}
