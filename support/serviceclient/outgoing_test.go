package serviceclient_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

var all = serviceclient.Outgoing{Authorization: "Bearer t", RequestID: "r-1", IdempotencyKey: "k-1", TraceParent: "00-aa-bb-01"}

// sent are the headers of a call that is made with ctx.
func sent(t *testing.T, ctx context.Context, method string, own http.Header) http.Header { //nolint:revive // t comes first
	t.Helper()
	var got http.Header
	transport := serviceclient.NewTransport(serviceclient.Config{
		Target: "x", Profile: serviceclient.Default(), Now: time.Now,
		Base: baseFunc(func(r *http.Request) (*http.Response, error) {
			got = r.Header
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
		}),
	})
	r, err := http.NewRequestWithContext(ctx, method, "http://x", http.NoBody)
	require.NoError(t, err)
	r.Header = own.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	response, err := transport.RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Len(t, r.Header, len(own), "the caller's request is not changed")
	return got
}

type baseFunc func(*http.Request) (*http.Response, error)

func (f baseFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestWhoAsksIsPassedOn(t *testing.T) {
	t.Parallel()
	ctx := serviceclient.WithOutgoing(t.Context(), all)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		require.Equal(t, http.Header{
			"Authorization": {"Bearer t"}, "X-Request-Id": {"r-1"}, "Idempotency-Key": {"k-1"}, "Traceparent": {"00-aa-bb-01"},
		}, sent(t, ctx, method, nil), method)
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		require.Equal(t, http.Header{
			"Authorization": {"Bearer t"}, "X-Request-Id": {"r-1"}, "Traceparent": {"00-aa-bb-01"},
		}, sent(t, ctx, method, nil), method)
	}
}

func TestHeadersOfTheCallItselfWin(t *testing.T) {
	t.Parallel()
	own := http.Header{"Authorization": {"Bearer other"}, "Idempotency-Key": {"derived"}}
	got := sent(t, serviceclient.WithOutgoing(t.Context(), all), http.MethodPost, own)
	require.Equal(t, []string{"Bearer other"}, got["Authorization"])
	require.Equal(t, []string{"derived"}, got["Idempotency-Key"])
	require.Equal(t, []string{"r-1"}, got["X-Request-Id"])
}

func TestNothingIsMadeUp(t *testing.T) {
	t.Parallel()
	require.Empty(t, sent(t, t.Context(), http.MethodPost, nil))
	require.Empty(t, sent(t, serviceclient.WithOutgoing(t.Context(), serviceclient.Outgoing{}), http.MethodPost, nil))
}

func TestOutgoingOfARequest(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	require.Equal(t, serviceclient.Outgoing{}, serviceclient.OutgoingOf(r))
	r.Header = http.Header{"Authorization": {"Bearer t"}, "X-Request-Id": {"r-1"}, "Idempotency-Key": {"k-1"}, "Traceparent": {"00-aa-bb-01"}}
	require.Equal(t, all, serviceclient.OutgoingOf(r))
}

func TestPassOnPutsTheServersIDsInPlaceOfTheCallers(t *testing.T) {
	t.Parallel()
	incoming := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/posts", http.NoBody)
	incoming.Header = http.Header{"Authorization": {"Bearer t"}, "X-Request-Id": {"theirs"}, "Idempotency-Key": {"k-1"}, "Traceparent": {"theirs"}}
	given := func(id string) func(context.Context) string { return func(context.Context) string { return id } }
	ctx := serviceclient.PassOn(given("r-1"), given("00-aa-bb-01"))(t.Context(), incoming)
	got := sent(t, ctx, http.MethodPost, nil)
	require.Equal(t, []string{"Bearer t", "r-1", "k-1", "00-aa-bb-01"},
		[]string{got.Get("Authorization"), got.Get("X-Request-Id"), got.Get("Idempotency-Key"), got.Get("Traceparent")})
}
