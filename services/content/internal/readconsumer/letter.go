package readconsumer

import (
	"context"
	"errors"
	"time"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Letter is a record that could not be applied, whole, with how often it was tried.
type Letter struct {
	// ID is the store's name for it.
	ID       int64
	Message  kafka.Message
	Error    string
	Attempts int
	// CreatedAt is when it became a letter, ParkedAt when it was given up; nil
	// while it is tried.
	CreatedAt time.Time
	ParkedAt  *time.Time
}

// ErrNoneDue is what LetterStore.Claim returns where nothing is to be tried.
var ErrNoneDue = errors.New("readconsumer: no letter is due")

// LetterStore keeps letters.
type LetterStore interface {
	// Keep stores a letter, to be tried at next; storing the same record twice
	// changes nothing.
	Keep(ctx context.Context, letter Letter, next time.Time) error
	// Claim takes a letter that is due at now, for nobody else until lease, else
	// ErrNoneDue.
	Claim(ctx context.Context, now, lease time.Time) (Letter, error)
	// Return gives a claimed letter back with its Attempts and Error: to be tried
	// at next, or where park is true by nobody until a person says so.
	Return(ctx context.Context, letter Letter, next time.Time, park bool) error
	// Remove removes a letter that was applied.
	Remove(ctx context.Context, id int64) error
}
