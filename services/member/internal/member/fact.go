package member

import "time"

// Fact is something that a member did. It carries the state after the change,
// so that whoever hears of it need not ask back. It is a AccountFact or a
// FollowFact.
type Fact interface{ isFact() }

// Change says what happened to a member.
type Change uint8

// The changes.
const (
	SignedUp Change = iota + 1
	LoggedIn
	LoggedOut
	// Updated is a new name, handle or picture.
	Updated
	Deactivated
)

// AccountFact states what a member did with its own account.
type AccountFact struct {
	Change Change
	Member MemberID
	At     time.Time
	// Profile is the state after the change; of a deactivated member only
	// times and Version are left. It is the zero Profile for LoggedIn and
	// LoggedOut, which change nothing.
	Profile Profile
}

// FollowFact states that a member follows another, or no longer does.
type FollowFact struct {
	// Following is false for a follow that ended.
	Following bool
	Follower  MemberID
	Target    MemberID
	At        time.Time
	// Version grows by one with each change of this pair.
	Version int64
}

func (AccountFact) isFact() {}
func (FollowFact) isFact()  {}
