package telemetry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/telemetry"
	"github.com/dailyfeed/dailyfeed/support/telemetry/telemetrytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a Tracing that sends to a collector; stop sends what is left.
func running(t *testing.T, settings telemetry.Settings) (tracing *telemetry.Tracing, stop func()) {
	t.Helper()
	tracing, err := telemetry.Open(settings, "content", "v1")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- tracing.Run(ctx) }()
	stop = func() {
		cancel()
		require.NoError(t, <-ended)
	}
	return tracing, stop
}

func whole(url string) telemetry.Settings {
	return telemetry.Settings{OTLPEndpoint: url, TraceSampleRatio: 1}
}

func TestWithoutAnEndpointNothingIsHooked(t *testing.T) {
	t.Parallel()
	tracing, err := telemetry.Open(telemetry.Settings{TraceSampleRatio: 1}, "content", "v1")
	require.NoError(t, err)
	require.Nil(t, tracing)
	require.Nil(t, tracing.Requests())
	require.Nil(t, tracing.Calls("member"))
	require.Nil(t, tracing.SQL())
	require.Nil(t, tracing.Store("redis"))
	require.Nil(t, tracing.Sends())
	require.Nil(t, tracing.Receipts("group"))
	require.Zero(t, tracing.Counts())
}

func TestSettingsThatAreMalformedAreRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []telemetry.Settings{
		{OTLPEndpoint: "collector:4318", TraceSampleRatio: 1},
		{OTLPEndpoint: "ftp://x", TraceSampleRatio: 1},
		{OTLPEndpoint: "http://x", TraceSampleRatio: 1.1},
		{OTLPEndpoint: "http://x", TraceSampleRatio: -1},
	} {
		_, err := telemetry.Open(bad, "content", "v1")
		require.Error(t, err, bad)
	}
}

// A request whose caller is traced, the statement, the call and the record that
// it causes, and the record's handling: one trace, each under its cause.
func TestWhatBelongsTogetherIsOneTrace(t *testing.T) {
	t.Parallel()
	const trace, caller = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	collector := telemetrytest.New(t)
	tracing, stop := running(t, whole(collector.URL))
	var sentOn string
	neighbour := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { sentOn = r.Header.Get("traceparent") }))
	t.Cleanup(neighbour.Close)

	ctx, own, end := tracing.Requests()(t.Context(), "00-"+trace+"-"+caller+"-01", "POST")
	tracing.Store("redis")(ctx, "get")(nil)
	tracing.Store("mongodb")(ctx, "find")(errors.New("it holds kim@example.com"))
	pool := &http.Transport{}
	t.Cleanup(pool.CloseIdleConnections)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, neighbour.URL, http.NoBody)
	require.NoError(t, err)
	response, err := tracing.Calls("member")(pool).RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	onRecord, sent := tracing.Sends()(own, "member-activity-20261120")
	sent(nil)
	handling, handled := tracing.Receipts("timeline")(t.Context(), "member-activity-20261120", []string{onRecord})
	tracing.Store("redis")(handling, "zadd")(nil)
	handled(nil)
	end("/api/posts", 201)
	stop()

	parents := map[string]string{}
	byID := map[string]string{caller: "the caller"}
	for _, s := range collector.Spans(trace) {
		byID[s.ID] = s.Kind + " " + s.Name
		require.Equal(t, "content", s.Service)
		require.Equal(t, s.Name == "mongodb find", s.Failed)
		require.NotContains(t, s.Attributes, "exception.message")
	}
	for _, s := range collector.Spans(trace) {
		parents[byID[s.ID]] = byID[s.Parent]
	}
	require.Equal(t, map[string]string{
		"server POST /api/posts": "the caller",
		"client redis get":       "server POST /api/posts",
		"client mongodb find":    "server POST /api/posts",
		"client GET member":      "server POST /api/posts",
		"producer send record":   "server POST /api/posts",
		"consumer handle record": "producer send record",
		"client redis zadd":      "consumer handle record",
	}, parents)
	require.Equal(t, "client GET member", byID[sentOn[36:52]], "the neighbour continues the call")
	require.Equal(t, telemetry.Counts{Ended: 7, Sent: 7}, tracing.Counts())
}

func TestWhatAServiceDoesForItselfIsNoTrace(t *testing.T) {
	t.Parallel()
	collector := telemetrytest.New(t)
	tracing, stop := running(t, whole(collector.URL))
	require.Nil(t, tracing.Store("redis")(t.Context(), "get"))
	parent, end := tracing.Sends()("", "topic")
	require.Empty(t, parent)
	require.Nil(t, end)
	_, handled := tracing.Receipts("g")(t.Context(), "topic", []string{"", "not one"})
	handled(nil)
	stop()
	require.Empty(t, collector.Spans(""))
}

func TestRecordsThatAreHandledTogetherAreEachInTheirOwnTrace(t *testing.T) {
	t.Parallel()
	collector := telemetrytest.New(t)
	tracing, stop := running(t, whole(collector.URL))
	var parents []string
	for range 3 {
		_, own, end := tracing.Requests()(t.Context(), "", "POST")
		end("/api/posts", 201)
		parents = append(parents, own)
	}
	_, handled := tracing.Receipts("g")(t.Context(), "topic", parents)
	handled(nil)
	stop()
	for _, parent := range parents {
		spans := collector.Spans(parent[3:35])
		require.Len(t, spans, 2, "the request and its record")
	}
}

func TestTheCallersDecisionIsFollowedAndOursIsByShare(t *testing.T) {
	t.Parallel()
	collector := telemetrytest.New(t)
	tracing, stop := running(t, whole(collector.URL))
	_, _, end := tracing.Requests()(t.Context(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", "GET")
	end("/", 200)
	stop()
	none, stop := running(t, telemetry.Settings{OTLPEndpoint: collector.URL})
	_, _, end = none.Requests()(t.Context(), "", "GET")
	end("/", 200)
	stop()
	require.Empty(t, collector.Spans(""))
}

func TestSpansThatCannotBeSentAreCountedAndHoldNothingUp(t *testing.T) {
	t.Parallel()
	collector := telemetrytest.New(t)
	collector.Break(true)
	tracing, stop := running(t, whole(collector.URL))
	begin := time.Now()
	for range 100 {
		_, _, end := tracing.Requests()(t.Context(), "", "GET")
		end("/", 200)
	}
	require.Less(t, time.Since(begin), time.Second)
	stop()
	require.Equal(t, telemetry.Counts{Ended: 100, Failed: 100}, tracing.Counts())
}
