package serviceclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// neighbour is a target in memory, for tests whose time is simulated.
type neighbour struct {
	mu      sync.Mutex
	answers func(attempt int, r *http.Request) (status int, after time.Duration, err error)
	header  http.Header
	times   []time.Time
}

// always answers every attempt in the same way.
func always(status int, after time.Duration, err error) func(int, *http.Request) (int, time.Duration, error) {
	return func(int, *http.Request) (int, time.Duration, error) { return status, after, err }
}

func (n *neighbour) RoundTrip(r *http.Request) (*http.Response, error) {
	n.mu.Lock()
	n.times = append(n.times, time.Now())
	attempt, answers, header := len(n.times), n.answers, n.header.Clone()
	n.mu.Unlock()
	status, after, err := answers(attempt, r)
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-time.After(after):
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
}

func (n *neighbour) attempts() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.times)
}

func (n *neighbour) set(answers func(int, *http.Request) (int, time.Duration, error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answers = answers
}

// recorder is an Observer that remembers.
type recorder struct {
	mu       sync.Mutex
	changes  []string
	outcomes map[serviceclient.Outcome]int
	granted  map[bool]int
	looks    []bool
	made     int
}

func newRecorder() *recorder {
	return &recorder{outcomes: map[serviceclient.Outcome]int{}, granted: map[bool]int{}}
}

func (o *recorder) Ended(_ string, outcome serviceclient.Outcome, attempts int, _ time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.outcomes[outcome]++
	o.made += attempts
}

func (o *recorder) StateChanged(target string, from, to serviceclient.State) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.changes = append(o.changes, fmt.Sprintf("%s: %s → %s", target, from, to))
}

func (o *recorder) Looked(_ string, ready bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.looks = append(o.looks, ready)
}

// told is what looks saw.
func (o *recorder) told() []bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.looks)
}

func (o *recorder) Retried(_ string, granted bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.granted[granted]++
}

func (o *recorder) count(outcome serviceclient.Outcome) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.outcomes[outcome]
}

func (o *recorder) retries(granted bool) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.granted[granted]
}

func (o *recorder) history() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.changes)
}

// caller makes calls to a neighbour.
type caller struct {
	t *testing.T
	*neighbour
	*recorder
	transport *serviceclient.Transport
}

func newCaller(t *testing.T, profile serviceclient.Profile) *caller {
	t.Helper()
	n, o := &neighbour{answers: always(200, 0, nil)}, newRecorder()
	transport := serviceclient.NewTransport(serviceclient.Config{
		Target: "member", Profile: profile, Now: time.Now, Observer: o, Base: n, Random: func() float64 { return 0.5 },
	})
	return &caller{t: t, neighbour: n, recorder: o, transport: transport}
}

// once is profile without retries and limits, to look at its breaker alone.
func once(profile serviceclient.Profile) serviceclient.Profile {
	profile.Retry.Attempts = 1
	profile.Limiter.PerSecond = 1_000_000
	return profile
}

func (c *caller) do(ctx context.Context, method string, headers ...string) (int, error) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, "http://member/internal/x", http.NoBody)
	require.NoError(c.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	require.NoError(c.t, response.Body.Close())
	return response.StatusCode, nil
}

func (c *caller) get() (int, error) {
	c.t.Helper()
	return c.do(c.t.Context(), http.MethodGet)
}

func (c *caller) gets(times int) {
	c.t.Helper()
	for range times {
		_, _ = c.get()
	}
}

func (c *caller) requireRejected() {
	c.t.Helper()
	made := c.attempts()
	_, err := c.get()
	refused, ok := errors.AsType[*serviceclient.NotMadeError](err)
	require.True(c.t, ok, "got %v", err)
	require.Equal(c.t, serviceclient.Rejected, refused.Outcome)
	require.Positive(c.t, refused.RetryAfter)
	require.Equal(c.t, made, c.attempts(), "nothing was sent")
}

// pass lets simulated time pass.
func pass(d time.Duration) { <-time.After(d) }

var errRefused = errors.New("connect: connection refused")
