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

// Accounts are accounts with their addresses.
type Accounts interface {
	AccountStore
	AccountSharer
	EmailStore
}

// Profiles are profiles with their pictures.
type Profiles interface {
	ProfileStore
	ProfileReader
	ImageRemovalLog
}

// Sessions are sessions with their tokens.
type Sessions interface {
	SessionStore
	SessionReader
	RevocationStore
	RefreshTokenStore
}

// Clock tells the time, in UTC with at most microseconds.
type Clock func() time.Time
