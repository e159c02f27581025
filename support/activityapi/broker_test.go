package activityapi_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/support/activityapi"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// neighbour stands in for activity, held to its contract by the transport.
type neighbour struct {
	calls      [][]string // the events of each call, decoded
	refuse     string
	failAfter  int // calls that are answered; -1 for all
	credential string
}

func (n *neighbour) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range map[string]string{"Content-Type": "application/json", "X-Request-Id": "r", "X-Content-Type-Options": "nosniff"} {
		w.Header().Set(name, value)
	}
	isDown := n.failAfter >= 0 && len(n.calls) >= n.failAfter
	if r.Method == http.MethodGet {
		n.health(w, isDown)
		return
	}
	if isDown {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, `{"statusCode":503,"resultCode":"FAIL","code":"SERVICE_UNAVAILABLE","message":"x","path":%q,"requestId":"r"}`, r.URL.Path)
		return
	}
	n.credential = r.Header.Get("X-Internal-Token")
	var request activityrest.RecordEventsRequest
	_ = json.NewDecoder(r.Body).Decode(&request)
	answer := activityrest.RecordedEvents{Refused: []activityrest.RefusedEvent{}}
	call := make([]string, len(request.Events))
	for i, text := range request.Events {
		value, _ := base64.StdEncoding.DecodeString(text)
		call[i] = string(value)
		if call[i] == n.refuse {
			answer.Refused = append(answer.Refused, activityrest.RefusedEvent{Index: i, Reason: "not an event"})
		}
	}
	n.calls = append(n.calls, call)
	data, _ := json.Marshal(answer)
	fmt.Fprintf(w, `{"status":200,"result":"SUCCESS","data":%s}`, data)
}

func (n *neighbour) health(w http.ResponseWriter, isDown bool) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if isDown {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, "mongodb: down")
		return
	}
	fmt.Fprint(w, "OK")
}

func broker(t *testing.T, n *neighbour) *activityapi.Broker {
	t.Helper()
	server := httptest.NewServer(n)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: contracttest.Transport(t, contracttest.MustParse(activityrest.Document()), http.DefaultTransport)}
	return activityapi.New(server.URL, client, "secret")
}

func records(n, size int) (all []kafka.Record) {
	for i := range n {
		all = append(all, kafka.Record{Value: fmt.Appendf(make([]byte, 0, size), "%0*d", size, i)})
	}
	return all
}

func TestEventsAreGivenInTheirOrderInCallsThatActivityTakes(t *testing.T) {
	t.Parallel()
	n := &neighbour{failAfter: -1}
	for _, err := range broker(t, n).Produce(t.Context(), records(250, 4)) {
		require.NoError(t, err)
	}
	require.Equal(t, "secret", n.credential)
	require.Len(t, n.calls, 3)
	var all []string
	for _, call := range n.calls {
		require.LessOrEqual(t, len(call), 100)
		all = append(all, call...)
	}
	require.Len(t, all, 250)
	require.IsIncreasing(t, all)
}

func TestLargeEventsAreSpreadOverCalls(t *testing.T) {
	t.Parallel()
	n := &neighbour{failAfter: -1}
	for _, err := range broker(t, n).Produce(t.Context(), records(3, 300<<10)) {
		require.NoError(t, err)
	}
	require.Len(t, n.calls, 3)
}

func TestARefusedEventIsRefusedForItself(t *testing.T) {
	t.Parallel()
	results := broker(t, &neighbour{failAfter: -1, refuse: "0001"}).Produce(t.Context(), records(3, 4))
	require.NoError(t, results[0])
	require.ErrorIs(t, results[1], kafka.ErrRefused)
	require.ErrorContains(t, results[1], "not an event")
	require.NoError(t, results[2])
}

// What is not known to be stored counts as not sent, and nothing overtakes it.
func TestACallThatFailsEndsTheSending(t *testing.T) {
	t.Parallel()
	n := &neighbour{failAfter: 1}
	results := broker(t, n).Produce(t.Context(), records(250, 4))
	for i, err := range results {
		if i < 100 {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, kafka.ErrUnavailable, i)
	}
	require.Len(t, n.calls, 1)
}

func TestPingSaysWhetherActivityIsReady(t *testing.T) {
	t.Parallel()
	require.NoError(t, broker(t, &neighbour{failAfter: -1}).Ping(t.Context()))
	require.ErrorIs(t, broker(t, &neighbour{}).Ping(t.Context()), kafka.ErrUnavailable)
	gone := activityapi.New("http://127.0.0.1:1", &http.Client{}, "secret")
	require.ErrorIs(t, gone.Ping(t.Context()), kafka.ErrUnavailable)
	require.ErrorIs(t, gone.Produce(t.Context(), records(1, 4))[0], kafka.ErrUnavailable)
}
