package serviceclient

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrBodyTooLarge is an answer over Profile.MaxBody.
	ErrBodyTooLarge = errors.New("serviceclient: answer is too large")
	// ErrAttemptTimeout is an attempt over RetryProfile.AttemptTimeout.
	ErrAttemptTimeout = errors.New("serviceclient: no answer in time")
)

// NotMadeError is a call that was not made, to protect the target or us.
type NotMadeError struct {
	Target string
	// Outcome is Limited or Rejected.
	Outcome Outcome
	// RetryAfter is when a call may be made again.
	RetryAfter time.Duration
}

// Error is for logs.
func (e *NotMadeError) Error() string {
	return fmt.Sprintf("serviceclient: call to %s was not made: %s", e.Target, e.Outcome)
}
