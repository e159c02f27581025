package member

import "time"

// The life of a session (spec 04).
const (
	// SessionIdle is how long a session lives without use.
	SessionIdle = 30 * 24 * time.Hour
	// SessionLife is how long it lives in all.
	SessionLife = 90 * 24 * time.Hour
	// RefreshGrace is how long a refresh token that was replaced still answers
	// with its successor.
	RefreshGrace = 10 * time.Second
)

// Session is a login: a family of refresh tokens of which one is live.
type Session struct {
	ID       SessionID
	MemberID MemberID
	// Device is the user agent that logged in; empty where it did not say.
	Device string
	// Address is where it was used last.
	Address    string
	CreatedAt  time.Time
	LastUsedAt time.Time
	Revoked    bool
}

// endsAt is when the session ends if it is not used again.
func (s Session) endsAt() time.Time {
	idle, life := s.LastUsedAt.Add(SessionIdle), s.CreatedAt.Add(SessionLife)
	if idle.Before(life) {
		return idle
	}
	return life
}

func (s Session) isLive(now time.Time) bool { return !s.Revoked && now.Before(s.endsAt()) }

// RefreshTokenID identifies a stored refresh token; within a session, ids grow
// along the chain of successors.
type RefreshTokenID int64

// RefreshToken is a refresh token as it is stored: its hash, never itself.
type RefreshToken struct {
	ID        RefreshTokenID
	SessionID SessionID
	MemberID  MemberID
	Hash      TokenHash
	// AccessTokenID is the access token that was made with it.
	AccessTokenID TokenID
	// SuccessorID is the token that replaced it, at ReplacedAt; 0 while it is live.
	SuccessorID RefreshTokenID
	ReplacedAt  time.Time
	CreatedAt   time.Time
	ExpiresAt   time.Time
	Revoked     bool
	Device      string
	Address     string
}

// Client is where a request comes from.
type Client struct {
	// Address is its IP address.
	Address string
	// SharedAddress says that many clients share Address: no limit applies to it.
	SharedAddress bool
	// Device is its user agent; empty where it does not say.
	Device string
}

// Grant is what a login or a refresh hands out.
type Grant struct {
	MemberID    MemberID
	SessionID   SessionID
	AccessToken string
	// ExpiresIn is the rest of the access token's life.
	ExpiresIn time.Duration
	// RefreshToken is the only place where it exists in plain.
	RefreshToken string
}

// SessionView is a session in its member's list.
type SessionView struct {
	Session
	// Current says that the caller's own token belongs to it.
	Current bool
}
