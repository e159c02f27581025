package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// cleanings are the statements that remove what is of no use any more, each a
// portion at a time. The order matters: tokens before their sessions.
func cleanings(now time.Time) []cleaning {
	const (
		// what was revoked or expired is kept a while for whoever looks into an incident
		keep     = 24 * time.Hour
		keepKeys = 30 * 24 * time.Hour
	)
	idle, old := now.Add(-member.SessionIdle-keep), now.Add(-member.SessionLife-keep)
	return []cleaning{
		{"refresh tokens", "DELETE FROM jwt_refresh_tokens WHERE expires_at < ? ORDER BY expires_at LIMIT ?", []any{now.Add(-keep)}},
		{"idle sessions", "DELETE FROM member_sessions WHERE last_used_at < ? AND NOT EXISTS (SELECT 1 FROM jwt_refresh_tokens t WHERE t.session_id = member_sessions.id) ORDER BY last_used_at LIMIT ?", []any{idle}},
		{"old sessions", "DELETE FROM member_sessions WHERE last_used_at < ? AND created_at < ? AND NOT EXISTS (SELECT 1 FROM jwt_refresh_tokens t WHERE t.session_id = member_sessions.id) ORDER BY last_used_at LIMIT ?", []any{now.Add(-keep), old}},
		{"blacklisted tokens", "DELETE FROM jwt_blacklist WHERE expires_at < ? ORDER BY expires_at LIMIT ?", []any{now.Add(-keep)}},
		{"login budgets", "DELETE FROM member_login_budgets WHERE window_ends_at < ? ORDER BY window_ends_at LIMIT ?", []any{now}},
		{"kept answers", "DELETE FROM " + AnswerTable + " WHERE expires_at < ? ORDER BY expires_at LIMIT ?", []any{now}},
		{"inactive keys", "DELETE FROM jwt_keys WHERE NOT is_active AND expires_at < ? ORDER BY id LIMIT ?", []any{now.Add(-keepKeys)}},
	}
}

type cleaning struct {
	what, statement string
	args            []any
}

const cleanPortion = 1000

// Clean removes what has expired, and tells done how much of what, also where
// it ends early.
func (s *Store) Clean(ctx context.Context, now time.Time, done func(what string, rows int64)) error {
	for _, c := range cleanings(now) {
		for {
			removed, err := s.cleanSome(ctx, c)
			if err != nil {
				return fmt.Errorf("clean tokens: %w", err)
			}
			done(c.what, removed)
			if removed < cleanPortion {
				break
			}
		}
	}
	return nil
}

// cleanSome is a transaction for the sake of its second try: what is revoked or
// renewed meanwhile locks the same rows in another order.
func (s *Store) cleanSome(ctx context.Context, c cleaning) (removed int64, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		removed, err = s.change(ctx, "clean "+c.what, c.statement, append(c.args, cleanPortion)...)
		return err
	})
	return removed, err
}
