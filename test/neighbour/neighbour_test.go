// Package neighbour_test holds the tables of the service client against a real
// server behind a proxy that makes its network bad. The client's own tests
// know the same tables in simulated time, to the millisecond; here connections
// are real, and break.
package neighbour_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/metrics"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// TestMain lets more tests wait side by side than there are processors: nearly
// all of their time passes in breakers that are open.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "24"); err != nil {
		fmt.Fprintln(os.Stderr, "neighbour:", err)
		os.Exit(1)
	}
	gin.SetMode(gin.ReleaseMode)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	goleak.VerifyTestMain(m)
}

const (
	// hurry is how many times faster than in the tables waiting is here: open
	// breakers, pauses before retries.
	hurry = 20
	// slowness is how many times faster than in the tables what is slow is
	// slow: less, since a busy machine's good calls must not seem slow.
	slowness = 5
	// patience is how long an attempt may hang that is to be given up.
	patience = time.Second
)

// faster is profile with its times divided, and without the limiter: that has
// tests of its own. What ends attempts and calls is left as it is.
func faster(profile serviceclient.Profile) serviceclient.Profile {
	profile.Breaker.SlowIs /= slowness
	profile.Breaker.OpenFor /= hurry
	profile.Retry.Wait /= hurry
	profile.Limiter.PerSecond = 1_000_000
	return profile
}

// onlyBreaker is profile without retries.
func onlyBreaker(profile serviceclient.Profile) serviceclient.Profile {
	profile.Retry.Attempts = 1
	return profile
}

// neighbour is a service that answers as it is told, and a caller of it
// through a proxy.
type neighbour struct {
	*recorder
	proxy     *toxiproxy.Proxy
	client    *http.Client
	url       string
	registry  *prometheus.Registry
	answer    atomic.Pointer[apierr.Error] // nil: well
	storeAway atomic.Bool

	mu      sync.Mutex
	arrived []time.Time
}

// newNeighbour is one that its caller cannot look at: the tables alone count.
func newNeighbour(t *testing.T, profile serviceclient.Profile) *neighbour {
	t.Helper()
	n := startNeighbour(t)
	n.call(t, profile, serviceclient.Addresses{})
	return n
}

// newReadyNeighbour is one that its caller can look at while a breaker is open.
func newReadyNeighbour(t *testing.T, profile serviceclient.Profile) *neighbour {
	t.Helper()
	n := startNeighbour(t)
	at, err := serviceclient.ParseAddresses("http://" + n.proxy.Listen)
	require.NoError(t, err)
	n.call(t, profile, at)
	return n
}

func startNeighbour(t *testing.T) *neighbour {
	t.Helper()
	n := &neighbour{registry: prometheus.NewRegistry()}
	n.recorder = &recorder{Observer: metrics.NewCalls(n.registry)}
	server, err := httpserver.New(httpserver.Config{Service: "neighbour", Ready: map[string]func(context.Context) error{"store": n.store}})
	require.NoError(t, err)
	server.Public().GET("/api/thing", server.Read(n.serve))
	behind := httptest.NewServer(server)
	t.Cleanup(behind.Close)

	control := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	n.proxy = toxiproxy.NewProxy(control, "neighbour", "127.0.0.1:0", strings.TrimPrefix(behind.URL, "http://"))
	require.NoError(t, n.proxy.Start())
	t.Cleanup(n.proxy.Stop)
	n.url = "http://" + n.proxy.Listen + "/api/thing"
	return n
}

// call makes its caller.
func (n *neighbour) call(t *testing.T, profile serviceclient.Profile, at serviceclient.Addresses) {
	t.Helper()
	n.client = serviceclient.NewClient(serviceclient.Config{
		Target: "thing", Profile: profile, Addresses: at, Now: time.Now, Observer: n.recorder, Random: func() float64 { return 0.5 },
	})
	t.Cleanup(n.client.CloseIdleConnections)
}

var errNoStore = errors.New("store is away")

// store is what the neighbour needs to be ready.
func (n *neighbour) store(context.Context) error {
	if n.storeAway.Load() {
		return errNoStore
	}
	return nil
}

func (n *neighbour) serve(*gin.Context) (httpserver.Reply, error) {
	n.mu.Lock()
	n.arrived = append(n.arrived, time.Now())
	n.mu.Unlock()
	if failure := n.answer.Load(); failure != nil {
		return httpserver.Reply{}, failure
	}
	return httpserver.OK("thing"), nil
}

// arrivals are when requests reached the neighbour.
func (n *neighbour) arrivals() []time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]time.Time(nil), n.arrived...)
}

// get asks once; the status is 0 where there was no answer.
func (n *neighbour) get(ctx context.Context) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, n.url, http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := n.client.Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode, response.Body.Close()
}

// gets asks so many times, so many at once.
func (n *neighbour) gets(t *testing.T, together, times int) {
	t.Helper()
	turns := make(chan struct{}, together)
	var group sync.WaitGroup
	for range times {
		turns <- struct{}{}
		group.Go(func() {
			_, _ = n.get(t.Context())
			<-turns
		})
	}
	group.Wait()
}

// poison makes the proxy do something to what comes back from the neighbour.
func (n *neighbour) poison(t *testing.T, kind string, attributes map[string]any) {
	t.Helper()
	toxic, err := json.Marshal(map[string]any{"name": kind, "type": kind, "stream": "downstream", "attributes": attributes})
	require.NoError(t, err)
	_, err = n.proxy.Toxics.AddToxicJson(strings.NewReader(string(toxic)))
	require.NoError(t, err)
}

// heal makes everything as it was at first.
func (n *neighbour) heal(t *testing.T) {
	t.Helper()
	n.answer.Store(nil)
	n.storeAway.Store(false)
	n.proxy.Toxics.ResetToxics(context.Background())
	if !n.proxy.Enabled {
		require.NoError(t, n.proxy.Start())
	}
}

// requireNotMade asks, and gets at once what a call gets that is not made.
func (n *neighbour) requireNotMade(t *testing.T, outcome serviceclient.Outcome, within time.Duration) {
	t.Helper()
	before := len(n.arrivals())
	_, err := n.get(t.Context())
	refused, ok := errors.AsType[*serviceclient.NotMadeError](err)
	require.True(t, ok, "got %v", err)
	require.Equal(t, outcome, refused.Outcome)
	require.Positive(t, refused.RetryAfter)
	require.LessOrEqual(t, refused.RetryAfter, max(within, time.Second))
	failure, ok := errors.AsType[*apierr.Error](serviceclient.Failure(err))
	require.True(t, ok)
	require.Equal(t, apierr.CodeServiceUnavailable, failure.Code, "the caller's own caller gets 503")
	require.Equal(t, refused.RetryAfter, failure.RetryAfter)
	require.Len(t, n.arrivals(), before, "nothing is sent")
}

// metric is the value of a counter or gauge, or the count of a histogram; 0
// where there is no such series.
func (n *neighbour) metric(t *testing.T, name string, labels ...string) float64 {
	t.Helper()
	families, err := n.registry.Gather()
	require.NoError(t, err)
	wanted := fmt.Sprint(labels)
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			var pairs []string
			for _, l := range m.GetLabel() {
				pairs = append(pairs, l.GetName()+"="+l.GetValue())
			}
			if fmt.Sprint(pairs) == wanted {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return 0
}

func (n *neighbour) outcomes(t *testing.T, outcome string) int {
	t.Helper()
	return int(n.metric(t, "service_call_duration_seconds", "outcome="+outcome, "target=thing"))
}

func (n *neighbour) attempts(t *testing.T) int {
	t.Helper()
	return int(n.metric(t, "service_call_attempts_total", "target=thing"))
}

func (n *neighbour) requireState(t *testing.T, state serviceclient.State) {
	t.Helper()
	require.Equal(t, int(state), int(n.metric(t, "service_breaker_state", "target=thing")), "the metric says %s", state)
}

// recorder remembers changes of the breaker with their times, and tells the metrics.
type recorder struct {
	serviceclient.Observer
	lock    sync.Mutex
	changed []change
}

type change struct {
	to serviceclient.State
	at time.Time
}

// StateChanged implements serviceclient.Observer.
func (r *recorder) StateChanged(target string, from, to serviceclient.State) {
	r.Observer.StateChanged(target, from, to)
	r.lock.Lock()
	defer r.lock.Unlock()
	r.changed = append(r.changed, change{to, time.Now()})
}

func (r *recorder) changes() []change {
	r.lock.Lock()
	defer r.lock.Unlock()
	return append([]change(nil), r.changed...)
}
