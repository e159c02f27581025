package serviceclient_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// answered is what a generated client returns for an answer.
type answered struct {
	status int
	code   string
	header http.Header
}

func (a *answered) Error() string                        { return fmt.Sprint(a.status, " ", a.code) }
func (a *answered) Answered() (int, string, http.Header) { return a.status, a.code, a.header }

func failureOf(t *testing.T, err error) *apierr.Error {
	t.Helper()
	failure, ok := errors.AsType[*apierr.Error](serviceclient.Failure(err))
	require.True(t, ok, "%v", err)
	require.ErrorIs(t, failure, err, "the cause is kept for the log")
	return failure
}

func TestTokenProblemIsPassedOnWithItsHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    string
		want    *apierr.Code
		headers map[string]string
	}{
		{"BEARER_TOKEN_MISSING", apierr.CodeBearerTokenMissing, map[string]string{"WWW-Authenticate": "Bearer"}},
		{"INVALID_TOKEN", apierr.CodeInvalidToken, map[string]string{"X-Relogin-Required": "true"}},
		{"JWT_EXPIRED", apierr.CodeJWTExpired, map[string]string{"X-Token-Refresh-Needed": "true"}},
		{"JWT_EXPIRED", apierr.CodeJWTExpired, map[string]string{"X-Relogin-Required": "true"}},
		{"TOKEN_REVOKED", apierr.CodeTokenRevoked, map[string]string{"X-Relogin-Required": "true"}},
		{"", apierr.CodeInvalidToken, nil},
		{"OF_ANOTHER_WORLD", apierr.CodeInvalidToken, nil},
	} {
		header := http.Header{"Content-Type": {"application/json"}, "Set-Cookie": {"a=b"}}
		for name, value := range c.headers {
			header.Set(name, value)
			header.Add(name, value) // a proxy may have doubled it
		}
		failure := failureOf(t, &answered{401, c.code, header})
		require.Same(t, c.want, failure.Code)
		require.Equal(t, c.headers, failure.Headers)
	}
}

func TestFailuresOfTheNeighbour(t *testing.T) {
	t.Parallel()
	retry := func(value string) http.Header { return http.Header{"Retry-After": {value}} }
	for _, c := range []struct {
		err        error
		want       *apierr.Code
		retryAfter time.Duration
	}{
		{&answered{500, "INTERNAL", nil}, apierr.CodeServiceUnavailable, time.Second},
		{&answered{502, "", nil}, apierr.CodeServiceUnavailable, time.Second},
		{&answered{503, "SERVICE_UNAVAILABLE", retry("7")}, apierr.CodeServiceUnavailable, 7 * time.Second},
		{&answered{504, "DEADLINE_EXCEEDED", nil}, apierr.CodeDeadlineExceeded, 0},
		{&answered{429, "TOO_MANY_REQUESTS", retry("3")}, apierr.CodeTooManyRequests, 3 * time.Second},
		{&answered{409, "REQUEST_IN_PROGRESS", nil}, apierr.CodeRequestInProgress, 0},
		{&serviceclient.NotMadeError{Target: "member", Outcome: serviceclient.Rejected, RetryAfter: 30 * time.Second}, apierr.CodeServiceUnavailable, 30 * time.Second},
		{&serviceclient.NotMadeError{Target: "member", Outcome: serviceclient.Limited, RetryAfter: 5 * time.Millisecond}, apierr.CodeServiceUnavailable, 5 * time.Millisecond},
		{&url.Error{Op: "Get", URL: "http://x", Err: errRefused}, apierr.CodeServiceUnavailable, time.Second},
		{&url.Error{Op: "Get", URL: "http://x", Err: serviceclient.ErrAttemptTimeout}, apierr.CodeServiceUnavailable, time.Second},
		{&url.Error{Op: "Get", URL: "http://x", Err: context.DeadlineExceeded}, apierr.CodeDeadlineExceeded, 0},
		{fmt.Errorf("find member 7: %w", &answered{503, "", nil}), apierr.CodeServiceUnavailable, time.Second},
	} {
		failure := failureOf(t, c.err)
		require.Same(t, c.want, failure.Code, c.err)
		require.Equal(t, c.retryAfter, failure.RetryAfter, c.err)
		require.Empty(t, failure.Headers)
	}
}

func TestOtherErrorsAreTheCallersBusiness(t *testing.T) {
	t.Parallel()
	require.NoError(t, serviceclient.Failure(nil))
	for _, err := range []error{
		&answered{404, "MEMBER_NOT_FOUND", nil}, &answered{400, "VALIDATION_FAILED", nil}, &answered{403, "X", nil}, &answered{409, "OTHER", nil},
		&answered{422, "IDEMPOTENCY_KEY_REUSED", nil}, &answered{200, "", nil}, errors.New("a bug"),
		&url.Error{Op: "Get", URL: "http://x", Err: context.Canceled},
	} {
		require.Equal(t, err, serviceclient.Failure(err))
	}
}

func TestFailureThroughARealClient(t *testing.T) {
	t.Parallel()
	server := newTarget(t, hang)
	server.Close()
	client, _ := newClient(t, quick())
	_, _, err := fetch(t, client, http.MethodGet, server.URL)
	require.True(t, apierr.HasCode(serviceclient.Failure(err), apierr.CodeServiceUnavailable))
	for range 10 {
		_, _, err = fetch(t, client, http.MethodGet, server.URL)
	}
	refused, ok := errors.AsType[*serviceclient.NotMadeError](err)
	require.True(t, ok)
	require.Equal(t, serviceclient.Rejected, refused.Outcome)
	require.Contains(t, err.Error(), "member was not made: rejected")
	require.True(t, apierr.HasCode(serviceclient.Failure(err), apierr.CodeServiceUnavailable))
}
