package member

import "time"

// Account is a member as it is stored, without its profile.
type Account struct {
	ID     MemberID
	Status Status
	Roles  []Role
	// PasswordHash is empty once the member is deactivated.
	PasswordHash PasswordHash
	// PasswordChangedAt is when the member chose the password; a hash that is
	// made anew with stronger parameters does not change it.
	PasswordChangedAt time.Time
	// SessionEpoch is the highest dead session: that one and all before it.
	SessionEpoch SessionID
	CreatedAt    time.Time
}

func (a Account) isActive() bool { return a.Status == StatusActive }

// PasswordHash is a password's hash with its parameters, as it is stored. It
// prints as ***.
type PasswordHash string

// String implements fmt.Stringer.
func (PasswordHash) String() string { return "***" }

// GoString implements fmt.GoStringer.
func (PasswordHash) GoString() string { return "***" }

// Verdict says whether a password belongs to a hash. The zero value is the safe one.
type Verdict uint8

// The verdicts.
const (
	WrongPassword Verdict = iota
	RightPassword
	// RightButWeak is a right password whose hash should be made anew with
	// today's parameters.
	RightButWeak
)
