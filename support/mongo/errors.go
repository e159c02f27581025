package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// UnavailableError means that the server, not the operation, is the problem:
// the same operation may succeed later. Whether it had an effect is not known.
type UnavailableError struct{ cause error }

// Error is for logs.
func (e *UnavailableError) Error() string { return "mongodb unavailable: " + e.cause.Error() }

// IsUnavailable says whether err is, or wraps, an UnavailableError.
func IsUnavailable(err error) bool {
	_, ok := errors.AsType[*UnavailableError](err)
	return ok
}

// IsDuplicate says whether err is a violation of a unique index; of a bulk
// write, whether one of its errors is.
func IsDuplicate(err error) bool { return mongo.IsDuplicateKeyError(err) }

// unavailable are the server's own words for "not now" (server error codes).
var unavailable = []int{
	6,     // HostUnreachable
	7,     // HostNotFound
	64,    // WriteConcernTimeout
	89,    // NetworkTimeout
	91,    // ShutdownInProgress
	100,   // UnsatisfiableWriteConcern
	133,   // FailedToSatisfyReadPreference
	189,   // PrimarySteppedDown
	262,   // ExceededTimeLimit
	9001,  // SocketException
	10058, // LegacyNotPrimary
	10107, // NotWritablePrimary
	11600, // InterruptedAtShutdown
	11602, // InterruptedDueToReplStateChange
	13435, // NotPrimaryNoSecondaryOk
	13436, // NotPrimaryOrSecondary
}

// Fault tells an outage from everything else in an error of the driver: it
// returns an UnavailableError for an outage, the end of ctx where that is the
// reason, and err itself otherwise. The driver's own limits of time end in
// context.DeadlineExceeded like the caller's; only the caller's is passed on as
// that. It is nil for nil.
func Fault(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case isOutage(err):
		return &UnavailableError{cause: err}
	}
	return err
}

// retryable is what the driver says of a pool that was emptied because another
// operation's connection broke; that error has no exported type.
type retryable interface{ Retryable() bool }

func isOutage(err error) bool {
	if pool := retryable(nil); errors.As(err, &pool) && pool.Retryable() {
		return true
	}
	if mongo.IsNetworkError(err) || mongo.IsTimeout(err) || errors.Is(err, mongo.ErrClientDisconnected) {
		return true
	}
	var told mongo.ServerError
	return errors.As(err, &told) && slices.ContainsFunc(unavailable, told.HasErrorCode)
}
