package mysqlstore

import (
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

const sessionColumns = "s.id, s.member_id, s.device_info, s.ip_address, s.last_used_at, s.revoked_at, s.created_at"

type sessionRow struct {
	ID         int64
	MemberID   int64
	DeviceInfo string
	IPAddress  string `gorm:"column:ip_address"`
	LastUsedAt time.Time
	RevokedAt  *time.Time
	CreatedAt  time.Time
}

func toSession(r sessionRow) member.Session {
	return member.Session{
		ID:         member.SessionID(r.ID),
		MemberID:   member.MemberID(r.MemberID),
		Device:     r.DeviceInfo,
		Address:    r.IPAddress,
		CreatedAt:  r.CreatedAt,
		LastUsedAt: r.LastUsedAt,
		Revoked:    r.RevokedAt != nil,
	}
}

// fromSession leaves out Revoked, which RevokeSessions alone writes.
func fromSession(s member.Session) sessionRow {
	return sessionRow{
		ID:         int64(s.ID),
		MemberID:   int64(s.MemberID),
		DeviceInfo: s.Device,
		IPAddress:  s.Address,
		LastUsedAt: s.LastUsedAt,
		CreatedAt:  s.CreatedAt,
	}
}

const familyColumns = `t.id, t.session_id, t.member_id, t.token_hash, t.access_token_id, t.successor_id, t.replaced_at,
	t.expires_at, t.is_revoked, t.device_info, t.ip_address, t.created_at`

type refreshTokenRow struct {
	ID            int64
	SessionID     int64
	MemberID      int64
	TokenHash     []byte
	AccessTokenID string
	SuccessorID   *int64
	ReplacedAt    *time.Time
	ExpiresAt     time.Time
	IsRevoked     bool
	DeviceInfo    string
	IPAddress     string `gorm:"column:ip_address"`
	CreatedAt     time.Time
}

func toRefreshToken(r refreshTokenRow) member.RefreshToken {
	token := member.RefreshToken{
		ID:            member.RefreshTokenID(r.ID),
		SessionID:     member.SessionID(r.SessionID),
		MemberID:      member.MemberID(r.MemberID),
		AccessTokenID: member.TokenID(r.AccessTokenID),
		CreatedAt:     r.CreatedAt,
		ExpiresAt:     r.ExpiresAt,
		Revoked:       r.IsRevoked,
		Device:        r.DeviceInfo,
		Address:       r.IPAddress,
	}
	copy(token.Hash[:], r.TokenHash)
	if r.SuccessorID != nil && r.ReplacedAt != nil {
		token.SuccessorID, token.ReplacedAt = member.RefreshTokenID(*r.SuccessorID), *r.ReplacedAt
	}
	return token
}

func fromRefreshToken(t member.RefreshToken) refreshTokenRow {
	r := refreshTokenRow{
		ID:            int64(t.ID),
		SessionID:     int64(t.SessionID),
		MemberID:      int64(t.MemberID),
		TokenHash:     t.Hash[:],
		AccessTokenID: string(t.AccessTokenID),
		CreatedAt:     t.CreatedAt,
		ExpiresAt:     t.ExpiresAt,
		IsRevoked:     t.Revoked,
		DeviceInfo:    t.Device,
		IPAddress:     t.Address,
	}
	if t.SuccessorID != 0 {
		successor := int64(t.SuccessorID)
		r.SuccessorID, r.ReplacedAt = &successor, &t.ReplacedAt
	}
	return r
}
