package serviceclient

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const comeBackIn = time.Second

// Answer is an error of a generated client that holds what a neighbour
// answered: rest.Failure and rest.UnexpectedAnswer do.
type Answer interface {
	error
	// Answered returns the status, the contract's code ("" where there is
	// none), and the header.
	Answered() (status int, code string, header http.Header)
}

// Failure says what a caller is told when a call that it needs went wrong:
//
//	the neighbour answered 401       the same status, code and headers (spec 03)
//	… 409, 429                       REQUEST_IN_PROGRESS, TOO_MANY_REQUESTS
//	… 504, or our deadline passed    DEADLINE_EXCEEDED
//	… another 5xx, or no answer      SERVICE_UNAVAILABLE with Retry-After
//	the call was not made            SERVICE_UNAVAILABLE with Retry-After
//
// Everything else is returned as it is: other refusals mean something only to
// who asked, and a cancelled call has nobody left to tell. It is nil for nil.
func Failure(err error) error {
	var (
		answer  Answer
		refused *NotMadeError
		sending *url.Error
	)
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &answer):
		return failureOf(answer, err)
	case errors.As(err, &refused):
		return apierr.CodeServiceUnavailable.Wrap(err).WithRetryAfter(refused.RetryAfter)
	case errors.Is(err, context.DeadlineExceeded):
		return apierr.CodeDeadlineExceeded.Wrap(err)
	case errors.As(err, &sending):
		return apierr.CodeServiceUnavailable.Wrap(err).WithRetryAfter(comeBackIn)
	}
	return err
}

func failureOf(answer Answer, err error) error {
	status, code, header := answer.Answered()
	wait := max(secondsOf(header.Get("Retry-After")), comeBackIn)
	switch {
	case status == http.StatusUnauthorized:
		return tokenFailure(code, header, err)
	case status == http.StatusConflict && code == apierr.CodeRequestInProgress.Name():
		return apierr.CodeRequestInProgress.Wrap(err)
	case status == http.StatusTooManyRequests:
		return apierr.CodeTooManyRequests.Wrap(err).WithRetryAfter(wait)
	case status == http.StatusGatewayTimeout:
		return apierr.CodeDeadlineExceeded.Wrap(err)
	case status >= http.StatusInternalServerError:
		return apierr.CodeServiceUnavailable.Wrap(err).WithRetryAfter(wait)
	}
	return err
}

// tokenFailure passes a neighbour's 401 on. Each of its headers appears once,
// as it came.
func tokenFailure(code string, header http.Header, err error) error {
	failure := apierr.CodeInvalidToken.Wrap(err)
	for _, known := range []*apierr.Code{apierr.CodeBearerTokenMissing, apierr.CodeJWTExpired, apierr.CodeTokenRevoked} {
		if known.Name() == code {
			failure = known.Wrap(err)
		}
	}
	for _, name := range []string{"WWW-Authenticate", "X-Token-Refresh-Needed", "X-Relogin-Required"} {
		if value := header.Get(name); value != "" {
			failure = failure.WithHeader(name, value)
		}
	}
	return failure
}
