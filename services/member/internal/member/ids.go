package member

// MemberID identifies a member, everywhere and for ever.
type MemberID int64

// ProfileID identifies a member's profile.
type ProfileID int64

// SessionID identifies a login. Ids grow with time, so one of them can stand
// for all logins up to it.
type SessionID int64

// FollowID identifies a follow. Ids grow with time.
type FollowID int64

// TokenID is the claim jti of an access token.
type TokenID string
