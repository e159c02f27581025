package member

import (
	"context"
	"errors"
	"time"
)

// ErrAbsent is what stores return for a row that does not exist.
var ErrAbsent = errors.New("member: absent")

// ErrPresent is what stores return for a row that already exists.
var ErrPresent = errors.New("member: present")

// ErrFull is what stores return for a counter that has reached its limit.
var ErrFull = errors.New("member: full")

// ErrBusy is what hashers return where no slot is to be had in time.
var ErrBusy = errors.New("member: busy")

// Transactor runs use cases whole or not at all.
type Transactor interface {
	// InTx commits where do returns nil, and undoes everything otherwise. It
	// may run do again after a deadlock.
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// AfterCommit runs hook once the transaction of ctx has committed, before
	// the use case's caller goes on; never where it has not.
	AfterCommit(ctx context.Context, hook func()) error
}

// FactLog keeps facts until they are published.
type FactLog interface {
	// Record appends facts in the transaction of ctx, in their order.
	Record(ctx context.Context, facts ...Fact) error
}

// AccountStore keeps accounts and their e-mail addresses. Locks last until the
// transaction of ctx ends.
type AccountStore interface {
	// AddAccount inserts an account and returns its id.
	AddAccount(ctx context.Context, account Account) (MemberID, error)
	// AddEmail fails with ErrPresent where another account has the address.
	AddEmail(ctx context.Context, member MemberID, email Email, at time.Time) error
	// FindAccountByEmail finds the account with this address, else ErrAbsent.
	FindAccountByEmail(ctx context.Context, email Email) (Account, error)
	// FindAccount finds an account without a lock, else ErrAbsent.
	FindAccount(ctx context.Context, id MemberID) (Account, error)
	// FindEmail is a member's address, else ErrAbsent.
	FindEmail(ctx context.Context, member MemberID) (Email, error)
	// LockAccount finds an account, deactivated ones too, for changing it; else ErrAbsent.
	LockAccount(ctx context.Context, id MemberID) (Account, error)
	// ShareAccount finds an account, and keeps others from changing it, not
	// from sharing it; else ErrAbsent.
	ShareAccount(ctx context.Context, id MemberID) (Account, error)
	// UpdateAccount writes status, password and epoch of a locked account.
	UpdateAccount(ctx context.Context, account Account, at time.Time) error
	// RemoveEmail makes the address of a locked account free.
	RemoveEmail(ctx context.Context, member MemberID) error
}

// ProfileStore keeps profiles and their pictures.
type ProfileStore interface {
	// AddProfile fails with ErrPresent where another profile has the handle.
	AddProfile(ctx context.Context, profile Profile) (ProfileID, error)
	// LockProfile finds a profile for changing it, else ErrAbsent.
	LockProfile(ctx context.Context, member MemberID) (Profile, error)
	// UpdateProfile writes everything but the counters of a locked profile. It
	// fails with ErrPresent where another profile has the handle.
	UpdateProfile(ctx context.Context, profile Profile) error
	// RemoveProfile deletes a locked profile with its pictures.
	RemoveProfile(ctx context.Context, profile Profile) error
	// AddImageRemovals remembers pictures to be deleted.
	AddImageRemovals(ctx context.Context, member MemberID, urls []string, at time.Time) error
}

// ProfileReader finds profiles of active members.
type ProfileReader interface {
	// FindProfile finds a member's profile and how viewer stands to it, else ErrAbsent.
	FindProfile(ctx context.Context, viewer, member MemberID) (Profile, Relation, error)
	// FindProfileByHandle does the same by handle, without case.
	FindProfileByHandle(ctx context.Context, viewer MemberID, handle string) (Profile, Relation, error)
	// HandleTaken says whether a profile has the handle, without case.
	HandleTaken(ctx context.Context, handle string) (bool, error)
	// FindSummaries finds what exists of these members, in any order, with how
	// viewer stands to each.
	FindSummaries(ctx context.Context, viewer MemberID, ids []MemberID) ([]Summary, error)
}

// FollowStore keeps who follows whom. A follow has a version that outlives it,
// so that follows and their ends can be put in order.
type FollowStore interface {
	// AddFollow returns the follow's version, or ErrPresent.
	AddFollow(ctx context.Context, follower, target MemberID, at time.Time) (version int64, err error)
	// RemoveFollow returns the version of the removal, or ErrAbsent.
	RemoveFollow(ctx context.Context, follower, target MemberID) (version int64, err error)
	// CountFollow changes both counters by delta, in the order of member ids,
	// and their versions. It fails with ErrAbsent where a profile is gone, and
	// with ErrFull where the follower would follow more than most.
	CountFollow(ctx context.Context, follower, target MemberID, delta, most int) error
	// IsMember says whether member has a profile.
	IsMember(ctx context.Context, member MemberID) (bool, error)
}

// FollowReader lists follows of active members.
type FollowReader interface {
	// FindFollowersPage are those who follow member, the newest follow first:
	// after an id (0 for the start), without the first skip, at most limit.
	FindFollowersPage(ctx context.Context, member MemberID, after FollowID, skip, limit int) ([]FollowRef, error)
	// FindFollowingsPage are those that member follows, in the same order.
	FindFollowingsPage(ctx context.Context, member MemberID, after FollowID, skip, limit int) ([]FollowRef, error)
	// FindFollowersAfter and FindFollowingsAfter list the same from the oldest
	// follow on.
	FindFollowersAfter(ctx context.Context, member MemberID, after FollowID, limit int) ([]FollowRef, error)
	FindFollowingsAfter(ctx context.Context, member MemberID, after FollowID, limit int) ([]FollowRef, error)
	// FindFollowVersions are the versions of a member's two sets, else ErrAbsent.
	FindFollowVersions(ctx context.Context, member MemberID) (FollowVersions, error)
	// FindNewcomers are active members whom viewer does not follow, without
	// viewer, the newest first: after a position (nil for the start), without
	// the first skip, at most limit.
	FindNewcomers(ctx context.Context, viewer MemberID, after *Newcomer, skip, limit int) ([]Newcomer, error)
	// CountNewcomers is how many there are in all.
	CountNewcomers(ctx context.Context, viewer MemberID) (int64, error)
}

// FollowRef is a follow in a list of one of its ends: the other one.
type FollowRef struct {
	ID     FollowID
	Member MemberID
}

// FollowVersions are the versions of the sets of members that a member follows
// and is followed by; each grows with each change of its set.
type FollowVersions struct {
	Followings int64
	Followers  int64
}

// Newcomer is a place in the list of members by age.
type Newcomer struct {
	Member    MemberID
	Profile   ProfileID
	CreatedAt time.Time
}

// FollowUndoer takes the follows of a member away who leaves.
type FollowUndoer interface {
	// FindFollowings are those that member follows.
	FindFollowings(ctx context.Context, member MemberID) ([]MemberID, error)
	// FindFollowers are at most limit of those who follow member.
	FindFollowers(ctx context.Context, member MemberID, limit int) ([]MemberID, error)
	// LockProfiles locks the profiles that exist of these members by ascending id.
	LockProfiles(ctx context.Context, members []MemberID) error
	// DropFollowings ends member's follows of targets, whose profiles are
	// locked, with their counters, and returns the version of each end.
	DropFollowings(ctx context.Context, member MemberID, targets []MemberID) (map[MemberID]int64, error)
	// DropFollowers ends the follows of member by followers, whose profiles are
	// locked, with their counters.
	DropFollowers(ctx context.Context, member MemberID, followers []MemberID) error
	// AddFollowerPurge remembers that member has followers left to be dropped.
	AddFollowerPurge(ctx context.Context, member MemberID, at time.Time) error
	// ClaimFollowerPurge locks one member with followers left; else ErrAbsent.
	ClaimFollowerPurge(ctx context.Context) (MemberID, error)
	// RemoveFollowerPurge forgets a claimed member.
	RemoveFollowerPurge(ctx context.Context, member MemberID) error
}

// SessionStore keeps sessions and their refresh tokens.
type SessionStore interface {
	AddSession(ctx context.Context, session Session) (SessionID, error)
	// LockSession finds a session for changing it, else ErrAbsent.
	LockSession(ctx context.Context, id SessionID) (Session, error)
	// ShareSession finds a session and keeps others from changing it, else ErrAbsent.
	ShareSession(ctx context.Context, id SessionID) (Session, error)
	// LockLiveSessions locks all sessions of member that are not revoked, by
	// ascending id, except one (0 for none).
	LockLiveSessions(ctx context.Context, member MemberID, except SessionID) ([]SessionID, error)
	// FindSessions are member's sessions that are not revoked and were used
	// since, the last used first, at most limit.
	FindSessions(ctx context.Context, member MemberID, usedSince time.Time, limit int) ([]Session, error)
	// TouchSession notes the use of a locked session.
	TouchSession(ctx context.Context, session Session) error
	// RevokeSessions ends locked sessions with all their tokens. announced says
	// whether Redis has taken it; where not, AnnounceRevocations repeats it.
	RevokeSessions(ctx context.Context, ids []SessionID, reason RevokeReason, announced bool, at time.Time) error
	// AddBlacklisted remembers that one access token is revoked until it expires.
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

// ChangeSignals tells caches what is no longer so. Failures are repeated by the
// implementation.
type ChangeSignals interface {
	// ProfileChanged drops what caches hold of a member.
	ProfileChanged(ctx context.Context, member MemberID)
	// FollowingsChanged publishes the version of a member's set of followings.
	FollowingsChanged(ctx context.Context, member MemberID, version int64)
	// FollowingsChangedMany publishes those of many, as they are stored.
	FollowingsChangedMany(ctx context.Context, members []MemberID)
}

// PasswordHasher hashes within a bound: calls wait a little for a slot and then
// fail with ErrBusy.
type PasswordHasher interface {
	Hash(ctx context.Context, password string) (PasswordHash, error)
	// Verify takes the same time whatever it finds; an empty hash, of an
	// account that does not exist, is never right.
	Verify(ctx context.Context, hash PasswordHash, password string) (Verdict, error)
}

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

// AttemptLimiter counts attempts at passwords where all replicas see them.
type AttemptLimiter interface {
	// Begin counts an attempt against every budget, or against none where one
	// is used up: then wait is how long until it is not.
	Begin(ctx context.Context, budgets []Budget) (attempt Attempt, wait time.Duration, err error)
	// Withdraw takes an attempt back, as if it had not been made.
	Withdraw(ctx context.Context, attempt Attempt) error
	// Clear forgets all attempts that count against a budget.
	Clear(ctx context.Context, budget Budget) error
}

// Budget is how many attempts something has within AttemptWindow.
type Budget struct {
	// Name holds nothing personal: addresses are hashed.
	Name  string
	Limit int
}

// AttemptWindow is how long an attempt counts (spec 04).
const AttemptWindow = 15 * time.Minute

// Attempt is one that was counted.
type Attempt struct {
	ID      string
	Budgets []Budget
}

// Clock tells the time, in UTC with at most microseconds.
type Clock func() time.Time
