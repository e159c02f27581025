package mysqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// AddRefreshToken implements member.RefreshTokenStore.
func (s *Store) AddRefreshToken(ctx context.Context, token member.RefreshToken) (member.RefreshTokenID, error) {
	r := fromRefreshToken(token)
	id, err := s.insert(ctx, fmt.Sprintf("add refresh token of session %d", r.SessionID), "uq_jwt_refresh_tokens",
		`INSERT INTO jwt_refresh_tokens (session_id, member_id, token_hash, access_token_id, successor_id, replaced_at, expires_at,
		   is_revoked, device_info, ip_address, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.SessionID, r.MemberID, r.TokenHash, r.AccessTokenID, r.SuccessorID, r.ReplacedAt, r.ExpiresAt,
		r.IsRevoked, r.DeviceInfo, r.IPAddress, r.CreatedAt, r.CreatedAt)
	return member.RefreshTokenID(id), err
}

// FindRefreshToken implements member.RefreshTokenStore.
func (s *Store) FindRefreshToken(ctx context.Context, hash member.TokenHash) (member.RefreshToken, member.Session, error) {
	token, err := one[refreshTokenRow](ctx, s, "refresh token", "SELECT "+familyColumns+" FROM jwt_refresh_tokens t WHERE t.token_hash = ?", hash[:])
	if err != nil {
		return member.RefreshToken{}, member.Session{}, err
	}
	session, err := s.findSession(ctx, member.SessionID(token.SessionID), "")
	return toRefreshToken(token), session, err
}

// FindChain implements member.RefreshTokenStore.
func (s *Store) FindChain(ctx context.Context, session member.SessionID, from member.RefreshTokenID, limit int) ([]member.RefreshToken, error) {
	var rows []refreshTokenRow
	err := s.pool.DB(ctx).Raw("SELECT "+familyColumns+" FROM jwt_refresh_tokens t WHERE t.session_id = ? AND t.id >= ? ORDER BY t.id LIMIT ?", session, from, limit).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find tokens of session %d: %w", session, err)
	}
	chain := make([]member.RefreshToken, len(rows))
	for i, r := range rows {
		chain[i] = toRefreshToken(r)
	}
	return chain, nil
}

// ReplaceRefreshToken implements member.RefreshTokenStore.
func (s *Store) ReplaceRefreshToken(ctx context.Context, id, successor member.RefreshTokenID, at time.Time) error {
	_, err := s.change(ctx, fmt.Sprintf("replace refresh token %d", id),
		"UPDATE jwt_refresh_tokens SET successor_id = ?, replaced_at = ?, updated_at = ? WHERE id = ?", successor, at, at, id)
	return err
}
