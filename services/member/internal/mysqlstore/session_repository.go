package mysqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// AddSession implements member.SessionStore.
func (s *Store) AddSession(ctx context.Context, session member.Session) (member.SessionID, error) {
	r := fromSession(session)
	id, err := s.insert(ctx, fmt.Sprintf("add session of member %d", r.MemberID), "",
		"INSERT INTO member_sessions (member_id, device_info, ip_address, last_used_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
		r.MemberID, r.DeviceInfo, r.IPAddress, r.LastUsedAt, r.CreatedAt, r.CreatedAt)
	return member.SessionID(id), err
}

// LockSession implements member.SessionStore.
func (s *Store) LockSession(ctx context.Context, id member.SessionID) (member.Session, error) {
	return s.findSession(ctx, id, forUpdate)
}

// ShareSession implements member.SessionStore.
func (s *Store) ShareSession(ctx context.Context, id member.SessionID) (member.Session, error) {
	return s.findSession(ctx, id, forShare)
}

func (s *Store) findSession(ctx context.Context, id member.SessionID, lock string) (member.Session, error) {
	r, err := one[sessionRow](ctx, s, fmt.Sprintf("session %d", id), "SELECT "+sessionColumns+" FROM member_sessions s WHERE s.id = ?"+lock, id)
	return toSession(r), err
}

// LockLiveSessions implements member.SessionStore.
func (s *Store) LockLiveSessions(ctx context.Context, id member.MemberID, except member.SessionID) ([]member.SessionID, error) {
	var ids []member.SessionID
	err := s.pool.DB(ctx).Raw("SELECT id FROM member_sessions WHERE member_id = ? AND revoked_at IS NULL AND id <> ? ORDER BY id"+forUpdate, id, except).
		Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("lock sessions of member %d: %w", id, err)
	}
	return ids, nil
}

// FindSessions implements member.SessionStore.
func (s *Store) FindSessions(ctx context.Context, id member.MemberID, usedSince time.Time, limit int) ([]member.Session, error) {
	var rows []sessionRow
	err := s.pool.DB(ctx).Raw("SELECT "+sessionColumns+` FROM member_sessions s
		WHERE s.member_id = ? AND s.revoked_at IS NULL AND s.last_used_at > ? ORDER BY s.last_used_at DESC, s.id DESC LIMIT ?`, id, usedSince, limit).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list sessions of member %d: %w", id, err)
	}
	found := make([]member.Session, len(rows))
	for i, r := range rows {
		found[i] = toSession(r)
	}
	return found, nil
}

// TouchSession implements member.SessionStore.
func (s *Store) TouchSession(ctx context.Context, session member.Session) error {
	r := fromSession(session)
	_, err := s.change(ctx, fmt.Sprintf("touch session %d", r.ID),
		"UPDATE member_sessions SET last_used_at = ?, ip_address = ?, updated_at = ? WHERE id = ?", r.LastUsedAt, r.IPAddress, r.LastUsedAt, r.ID)
	return err
}

// RevokeSessions implements member.SessionStore.
func (s *Store) RevokeSessions(ctx context.Context, ids []member.SessionID, reason member.RevokeReason, announced bool, at time.Time) error {
	var announcedAt *time.Time
	if announced {
		announcedAt = &at
	}
	for chunk := range slices.Chunk(ids, statementIDs) {
		_, err := s.change(ctx, "revoke sessions",
			"UPDATE member_sessions SET revoked_at = ?, revoke_reason = ?, announced_at = ?, updated_at = ? WHERE id IN ? AND revoked_at IS NULL",
			at, string(reason), announcedAt, at, chunk)
		if err != nil {
			return err
		}
		_, err = s.change(ctx, "revoke tokens",
			"UPDATE jwt_refresh_tokens SET is_revoked = TRUE, updated_at = ? WHERE session_id IN ? AND is_revoked = FALSE", at, chunk)
		if err != nil {
			return err
		}
	}
	return nil
}

// AddBlacklisted implements member.SessionStore.
func (s *Store) AddBlacklisted(ctx context.Context, token member.TokenID, id member.MemberID, expires time.Time, reason member.RevokeReason, at time.Time) error {
	_, err := s.insert(ctx, fmt.Sprintf("blacklist a token of member %d", id), "uq_jwt_blacklist",
		"INSERT INTO jwt_blacklist (jti, member_id, expires_at, reason, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
		string(token), id, expires, string(reason), at, at)
	return err
}

// IsBlacklisted implements member.SessionStore.
func (s *Store) IsBlacklisted(ctx context.Context, token member.TokenID) (bool, error) {
	if !isASCII(string(token)) { // the column is; the server does not compare it with anything else
		return false, nil
	}
	return s.exists(ctx, "blacklisted token", "SELECT EXISTS (SELECT 1 FROM jwt_blacklist WHERE jti = ?)", string(token))
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
