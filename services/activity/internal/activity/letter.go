package activity

import (
	"context"
	"time"
)

// Letter is a record that could not be applied, whole, so that it can be
// repaired and applied later.
type Letter struct {
	// ID is the store's name for it.
	ID        string
	Topic     string
	Partition int
	Offset    int64
	Key       []byte
	Headers   []LetterHeader
	Value     []byte
	// Error is why it could not be applied, when it was last tried.
	Error string
	// Attempts is how often it was tried.
	Attempts int
}

// LetterHeader is one header of the record.
type LetterHeader struct {
	Key   string
	Value []byte
}

// LetterStore keeps letters.
type LetterStore interface {
	// KeepLetter stores a letter, to be tried at next; storing the same record
	// twice changes nothing.
	KeepLetter(ctx context.Context, letter Letter, next time.Time) error
	// ClaimLetter takes a letter that is due at now, for nobody else until
	// lease, else ErrAbsent.
	ClaimLetter(ctx context.Context, now, lease time.Time) (Letter, error)
	// ReturnLetter gives a claimed letter back with its Attempts and Error: to
	// be tried at next, or where park is true by nobody until a person says so.
	ReturnLetter(ctx context.Context, letter Letter, next time.Time, park bool) error
	// RemoveLetter removes a letter that was applied.
	RemoveLetter(ctx context.Context, id string) error
}

// LetterCounts is the state of all letters.
type LetterCounts struct {
	Waiting, Parked int64
	// Oldest is when the oldest waiting letter came; zero where none waits.
	Oldest time.Time
}
