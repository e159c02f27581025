package deadletter

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// explained is the part of EXPLAIN that MariaDB and MySQL share.
type explained struct {
	Key   string
	Extra string
}

func TestTheHotQueriesRunAlongAnIndex(t *testing.T) {
	t.Parallel()
	pool, err := mysql.Open(mysql.Config{DSN: testenv.MySQL(t).DSN})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	for _, statement := range TableSQL("content") {
		require.NoError(t, pool.DB(t.Context()).Exec(statement).Error)
	}
	store := NewStore(pool, "content", "test", time.Now)
	require.NoError(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		for batch := range 20 {
			var letters []Letter
			for range statementRows {
				id := uuid.Must(uuid.NewV7()).String()
				letters = append(letters, Letter{EventID: id, MessageKey: id, OrderKey: id, Topic: "t", Payload: make([]byte, 300)})
			}
			if err := store.insert(ctx, letters, time.Now().Add(time.Duration(batch)*time.Second)); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, pool.DB(t.Context()).Exec("ANALYZE TABLE "+store.table).Error)

	due := explain(t, pool, store.dueSQL(), time.Now(), claimSize)
	require.Equal(t, "ix_"+store.table+"_due", due.Key)
	require.NotContains(t, due.Extra, "filesort", "a claim reads what it takes, and no backlog behind it")

	standing := explain(t, pool, store.standingSQL(), []string{"a", "b", "c"})
	require.Equal(t, "ix_"+store.table+"_order", standing.Key)
}

func explain(t *testing.T, pool *mysql.Pool, statement string, args ...any) explained {
	t.Helper()
	var rows []explained
	require.NoError(t, pool.DB(t.Context()).Raw("EXPLAIN FORMAT=TRADITIONAL "+strings.TrimSuffix(statement, " FOR UPDATE SKIP LOCKED"), args...).Scan(&rows).Error)
	require.Len(t, rows, 1)
	return rows[0]
}
