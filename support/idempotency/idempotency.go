// Package idempotency holds the words that the HTTP side and the stores of
// idempotent requests must agree on. It has no behaviour: httpserver decides
// what the key of a request is, and a Book decides how its first answer is kept.
package idempotency

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Scope identifies a request that may come again.
type Scope struct {
	// MemberID is the caller; 0 where there is none, and then Key already
	// contains the body's digest.
	MemberID int64
	Method   string
	// Path is the request path without query and without a trailing slash.
	Path string
	// Key is 1–267 visible ASCII characters, unique per client request.
	Key string
	// BodyHash is the SHA-256 of the request body, keyed where bodies hold
	// passwords: the same key with another body is refused with ErrKeyReused.
	BodyHash [32]byte
	// Life is how long the first answer is kept.
	Life time.Duration
}

// Answer is what a request was answered.
type Answer struct {
	// Status is the HTTP status.
	Status int
	// Body is the whole response body.
	Body []byte
	// Cause is the error behind a failure; it is not kept. Stores look at it to
	// tell a deadlock, which runs again, from other failures.
	Cause error
}

// Outcome says what becomes of a request's changes and of its answer.
type Outcome uint8

const (
	// Forget undoes the changes and keeps nothing: the request may run again.
	Forget Outcome = iota
	// Refuse undoes the changes and keeps the answer.
	Refuse
	// Commit keeps the changes and the answer.
	Commit
)

// Outcome of an answer: success is committed; a refusal (4xx) is kept, except
// those that pass by themselves (401, 409, 429); a failure (5xx) is forgotten.
func (a Answer) Outcome() Outcome {
	switch {
	case a.Status >= 200 && a.Status < 400:
		return Commit
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusConflict, a.Status == http.StatusTooManyRequests:
		return Forget
	case a.Status >= 400 && a.Status < 500:
		return Refuse
	default:
		return Forget
	}
}

// Book keeps first answers.
type Book interface {
	// Once runs do for the first request of a scope and returns its answer;
	// for a repeat within Scope.Life it returns the first answer and true.
	// Stores that have transactions run do inside the one that keeps the
	// answer, so that change and answer are durable together.
	// A repeat waits up to 5 s for a first that still runs, then fails with
	// ErrInProgress. The same key with another body fails with ErrKeyReused.
	// do may be run again after it was rolled back by the store (deadlock). A
	// panic of do keeps nothing and goes on.
	Once(ctx context.Context, scope Scope, do func(ctx context.Context) Answer) (answer Answer, replayed bool, err error)
	// Unkeyed runs do as Once does for a request that has no key: its changes
	// follow Answer.Outcome and nothing is remembered.
	Unkeyed(ctx context.Context, do func(ctx context.Context) Answer) (Answer, error)
}

// Recaller is a Book that also answers repeats that may not run.
type Recaller interface {
	// Recall returns the answer that is kept for a scope; found is false where
	// there is none, or it was given to another body. It waits for a first that
	// still runs as Once does, then fails with ErrInProgress. It changes nothing.
	Recall(ctx context.Context, scope Scope) (answer Answer, found bool, err error)
}

var (
	// ErrInProgress is a repeat whose first request has not ended.
	ErrInProgress = errors.New("idempotency: the first request is still running")
	// ErrKeyReused is a key that came with another body before.
	ErrKeyReused = errors.New("idempotency: key was used with another body")
)
