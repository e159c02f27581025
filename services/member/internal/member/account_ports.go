package member

import (
	"context"
	"time"
)

// AccountStore keeps accounts. Locks last until the transaction of ctx ends.
type AccountStore interface {
	// AddAccount inserts an account and returns its id.
	AddAccount(ctx context.Context, account Account) (MemberID, error)
	// FindAccount finds an account without a lock, else ErrAbsent.
	FindAccount(ctx context.Context, id MemberID) (Account, error)
	// LockAccount finds an account, deactivated ones too, for changing it; else ErrAbsent.
	LockAccount(ctx context.Context, id MemberID) (Account, error)
	// UpdateAccount writes status, password and epoch of a locked account.
	UpdateAccount(ctx context.Context, account Account, at time.Time) error
}

// AccountSharer keeps an account as it is for a while.
type AccountSharer interface {
	// ShareAccount finds an account, and keeps others from changing it, not
	// from sharing it; else ErrAbsent.
	ShareAccount(ctx context.Context, id MemberID) (Account, error)
}

// EmailStore keeps the addresses of accounts.
type EmailStore interface {
	// AddEmail fails with ErrPresent where another account has the address.
	AddEmail(ctx context.Context, member MemberID, email Email, at time.Time) error
	// FindAccountByEmail finds the account with this address, else ErrAbsent.
	FindAccountByEmail(ctx context.Context, email Email) (Account, error)
	// FindEmail is a member's address, else ErrAbsent.
	FindEmail(ctx context.Context, member MemberID) (Email, error)
	// RemoveEmail makes the address of a locked account free.
	RemoveEmail(ctx context.Context, member MemberID) error
}

// PasswordHasher hashes within a bound: calls wait a little for a slot and then
// fail with ErrBusy.
type PasswordHasher interface {
	Hash(ctx context.Context, password string) (PasswordHash, error)
	// Verify takes the same time whatever it finds; an empty hash, of an
	// account that does not exist, is never right.
	Verify(ctx context.Context, hash PasswordHash, password string) (Verdict, error)
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
