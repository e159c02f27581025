package mysqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

type revocationRow struct {
	ID        int64
	MemberID  int64
	RevokedAt time.Time
}

func toRevocation(r revocationRow) member.Revocation {
	return member.Revocation{Session: member.SessionID(r.ID), Member: member.MemberID(r.MemberID), At: r.RevokedAt}
}

// FindUnannounced implements member.RevocationLog.
func (s *Store) FindUnannounced(ctx context.Context, since time.Time, limit int) ([]member.Revocation, error) {
	return s.revocations(ctx,
		"SELECT id, member_id, revoked_at FROM member_sessions WHERE revoked_at > ? AND announced_at IS NULL ORDER BY revoked_at, id LIMIT ?", since, limit)
}

// FindRevoked implements member.RevocationLog.
func (s *Store) FindRevoked(ctx context.Context, since time.Time, after member.SessionID, limit int) ([]member.Revocation, error) {
	return s.revocations(ctx,
		"SELECT id, member_id, revoked_at FROM member_sessions WHERE (revoked_at = ? AND id > ?) OR revoked_at > ? ORDER BY revoked_at, id LIMIT ?",
		since, after, since, limit)
}

func (s *Store) revocations(ctx context.Context, query string, args ...any) ([]member.Revocation, error) {
	var rows []revocationRow
	if err := s.pool.DB(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list revoked sessions: %w", err)
	}
	found := make([]member.Revocation, len(rows))
	for i, r := range rows {
		found[i] = toRevocation(r)
	}
	return found, nil
}

// MarkAnnounced implements member.RevocationLog.
func (s *Store) MarkAnnounced(ctx context.Context, ids []member.SessionID, at time.Time) error {
	for chunk := range slices.Chunk(ids, statementIDs) {
		if _, err := s.change(ctx, "mark revocations announced", "UPDATE member_sessions SET announced_at = ? WHERE id IN ?", at, chunk); err != nil {
			return err
		}
	}
	return nil
}
