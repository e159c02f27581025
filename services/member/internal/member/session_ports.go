package member

import (
	"context"
	"time"
)

// SessionStore keeps sessions. Locks last until the transaction of ctx ends.
type SessionStore interface {
	AddSession(ctx context.Context, session Session) (SessionID, error)
	// LockSession finds a session for changing it, else ErrAbsent.
	LockSession(ctx context.Context, id SessionID) (Session, error)
	// ShareSession finds a session and keeps others from changing it, else ErrAbsent.
	ShareSession(ctx context.Context, id SessionID) (Session, error)
	// TouchSession notes the use of a locked session.
	TouchSession(ctx context.Context, session Session) error
}

// SessionReader lists sessions.
type SessionReader interface {
	// FindSessions are member's sessions that are not revoked and were used
	// since, the last used first, at most limit.
	FindSessions(ctx context.Context, member MemberID, usedSince time.Time, limit int) ([]Session, error)
}

// RevocationStore keeps what was ended before its time.
type RevocationStore interface {
	// LockLiveSessions locks all sessions of member that are not revoked, by
	// ascending id, except one (0 for none).
	LockLiveSessions(ctx context.Context, member MemberID, except SessionID) ([]SessionID, error)
	// RevokeSessions ends locked sessions with all their tokens. announced says
	// whether Redis has taken it; where not, AnnounceService repeats it.
	RevokeSessions(ctx context.Context, ids []SessionID, reason RevokeReason, announced bool, at time.Time) error
	// AddBlacklisted remembers that one access token is revoked until it
	// expires; ErrPresent where it is already.
	AddBlacklisted(ctx context.Context, token TokenID, member MemberID, expires time.Time, reason RevokeReason, at time.Time) error
	// IsBlacklisted says whether one access token is revoked.
	IsBlacklisted(ctx context.Context, token TokenID) (bool, error)
}

// RefreshTokenStore keeps the tokens of sessions.
type RefreshTokenStore interface {
	AddRefreshToken(ctx context.Context, token RefreshToken) (RefreshTokenID, error)
	// FindRefreshToken finds a token by its hash with its session, else ErrAbsent.
	FindRefreshToken(ctx context.Context, hash TokenHash) (RefreshToken, Session, error)
	// FindChain are the tokens of a locked session from one on, along the chain
	// of successors, at most limit.
	FindChain(ctx context.Context, session SessionID, from RefreshTokenID, limit int) ([]RefreshToken, error)
	// ReplaceRefreshToken notes that a token has a successor.
	ReplaceRefreshToken(ctx context.Context, id, successor RefreshTokenID, at time.Time) error
}

// RevokeReason says why a session or token ended.
type RevokeReason string

// The reasons.
const (
	ReasonLogout          RevokeReason = "LOGOUT"
	ReasonLogoutAll       RevokeReason = "LOGOUT_ALL"
	ReasonSessionEnded    RevokeReason = "SESSION_ENDED"
	ReasonPasswordChanged RevokeReason = "PASSWORD_CHANGED"
	ReasonReuse           RevokeReason = "REFRESH_TOKEN_REUSED"
	ReasonDeactivated     RevokeReason = "DEACTIVATED"
)

// TokenSigner makes access tokens.
type TokenSigner interface {
	SignAccess(ctx context.Context, claims AccessClaims) (string, error)
}

// AccessClaims are what an access token says.
type AccessClaims struct {
	MemberID  MemberID
	SessionID SessionID
	TokenID   TokenID
	Roles     []Role
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// SecurityEvent is something that an operator should look at.
type SecurityEvent struct {
	Kind    string
	Member  MemberID
	Session SessionID
	Address string
}

// SecurityLog keeps security events.
type SecurityLog interface {
	Report(ctx context.Context, event SecurityEvent)
}

// Announcer tells every service which sessions live, through Redis. Its calls
// take a fraction of a second at most, also where Redis does not answer; what
// they could not tell, the services find out by asking Introspect.
type Announcer interface {
	// SessionLive says that a session lives, unless it was said to be ended.
	SessionLive(ctx context.Context, id SessionID) error
	// SessionsEnded says that sessions of member are over; epoch, unless 0, is
	// the highest dead one.
	SessionsEnded(ctx context.Context, member MemberID, ids []SessionID, epoch SessionID) error
	// TokenEnded says that one access token is revoked until it expires.
	TokenEnded(ctx context.Context, token TokenID, expires time.Time) error
}
