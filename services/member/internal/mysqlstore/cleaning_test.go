package mysqlstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestCleaningThatIsADeadlocksVictimIsRunAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.member(t, "haneul")
	h.mustRefresh(t, h.logIn(t, "haneul").RefreshToken)
	h.watch.advance(member.SessionIdle + 48*time.Hour)
	lock := func(ctx context.Context, which string) error {
		return h.pool.DB(ctx).Exec("UPDATE jwt_refresh_tokens SET updated_at = updated_at + INTERVAL 1 SECOND ORDER BY id " + which + " LIMIT 1").Error
	}
	cleaned := make(chan error, 1)
	err := h.pool.InTx(t.Context(), func(ctx context.Context) error {
		for i := range 100 { // so much that the server gives the other one up
			h.exec(ctx, t, "INSERT INTO member_login_budgets (budget, attempts, window_ends_at) VALUES (?, 1, NOW(6))", fmt.Sprint("work:", i))
		}
		require.NoError(t, lock(ctx, "DESC"))
		go func() { cleaned <- h.store.Clean(t.Context(), h.watch.now(), func(string, int64) {}) }()
		testenv.AwaitLockWait(t, h.pool.SQL())
		return lock(ctx, "ASC")
	})
	require.NoError(t, err)
	require.NoError(t, <-cleaned)
	require.Zero(t, h.count(t, "SELECT COUNT(*) FROM jwt_refresh_tokens"))
}

func (h *house) exec(ctx context.Context, t *testing.T, statement string, args ...any) {
	t.Helper()
	require.NoError(t, h.pool.DB(ctx).Exec(statement, args...).Error)
}
