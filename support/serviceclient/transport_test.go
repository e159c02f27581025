package serviceclient_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// quick is the default profile with its times divided by about a hundred.
func quick() serviceclient.Profile {
	p := serviceclient.Default()
	p.Breaker.OpenFor, p.Breaker.SlowIs = 150*time.Millisecond, 100*time.Millisecond
	p.Retry.Wait, p.Retry.AttemptTimeout = 5*time.Millisecond, 200*time.Millisecond
	p.CallTimeout = 2 * time.Second
	p.Budget.AtLeast = 1000
	p.Limiter.PerSecond = 100_000
	return p
}

// target is a real server whose behaviour a test sets.
type target struct {
	*httptest.Server
	handle  atomic.Pointer[http.HandlerFunc]
	arrived atomic.Int64
}

func newTarget(t *testing.T, handler http.HandlerFunc) *target {
	t.Helper()
	out := &target{}
	out.handle.Store(&handler)
	out.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out.arrived.Add(1)
		(*out.handle.Load())(w, r)
	}))
	t.Cleanup(out.Close)
	return out
}

func (s *target) behave(handler http.HandlerFunc) { s.handle.Store(&handler) }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// reset breaks the connection in the middle of an answer.
func reset(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, "the beginning")
	_ = http.NewResponseController(w).Flush()
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}

// hang answers when the client has left.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func newClient(t *testing.T, profile serviceclient.Profile) (*http.Client, *recorder) {
	t.Helper()
	o := newRecorder()
	client := serviceclient.NewClient(serviceclient.Config{Target: "member", Profile: profile, Now: time.Now, Observer: o})
	t.Cleanup(client.CloseIdleConnections)
	return client, o
}

func fetch(t *testing.T, client *http.Client, method, url string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	require.NoError(t, err)
	response, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode, string(body), nil
}

// Each kind of outage makes the breaker open, and the target's return closes it.
func TestBreakerSeesOutagesOfARealNeighbourAndTheirEnd(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]http.HandlerFunc{
		"500": status(500), "502": status(502), "503": status(503), "504": status(504), "resets": reset, "hangs": hang,
		"slow": func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(120 * time.Millisecond):
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTarget(t, broken)
			profile := quick()
			profile.Retry.Attempts = 1
			client, o := newClient(t, profile)
			var group sync.WaitGroup
			for range 10 { // min calls
				group.Go(func() { _, _, _ = fetch(t, client, http.MethodGet, server.URL) })
			}
			group.Wait()
			require.Equal(t, []string{"member: closed → open"}, o.history())

			arrived := server.arrived.Load()
			_, _, err := fetch(t, client, http.MethodGet, server.URL)
			var notMade *serviceclient.NotMadeError
			require.ErrorAs(t, err, &notMade, "an open breaker costs no time")
			require.Equal(t, serviceclient.Rejected, notMade.Outcome)
			require.Equal(t, arrived, server.arrived.Load())

			server.behave(status(200))
			require.Eventually(t, func() bool {
				_, _, _ = fetch(t, client, http.MethodGet, server.URL)
				return len(o.history()) == 3
			}, 3*time.Second, 2*time.Millisecond)
			require.Equal(t, "member: half-open → closed", o.history()[2])
		})
	}
}

func TestRefusedConnectionsOpenTheBreaker(t *testing.T) {
	t.Parallel()
	server := newTarget(t, status(200))
	server.Close()
	client, o := newClient(t, quick())
	for range 10 {
		_, _, err := fetch(t, client, http.MethodGet, server.URL)
		require.Error(t, err)
	}
	require.Equal(t, []string{"member: closed → open"}, o.history())
}

func TestAnswerThatBreaksOffIsTriedAgain(t *testing.T) {
	t.Parallel()
	server := newTarget(t, nil)
	server.behave(func(w http.ResponseWriter, r *http.Request) {
		if server.arrived.Load() == 1 {
			reset(w, r)
			return
		}
		_, _ = io.WriteString(w, "whole")
	})
	client, _ := newClient(t, quick())
	code, body, err := fetch(t, client, http.MethodGet, server.URL)
	require.NoError(t, err)
	require.Equal(t, 200, code)
	require.Equal(t, "whole", body)
	require.Equal(t, int64(2), server.arrived.Load())
}

func TestBodyIsSentAgainWithARetry(t *testing.T) {
	t.Parallel()
	var bodies []string
	server := newTarget(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	client, _ := newClient(t, quick())
	post := func(body io.Reader) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, body)
		require.NoError(t, err)
		r.Header.Set("Idempotency-Key", "k")
		response, err := client.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
	}
	post(strings.NewReader("again"))
	require.Equal(t, []string{"again", "again", "again"}, bodies)

	bodies = nil
	once := &closing{Reader: strings.NewReader("only once")}
	post(once)
	require.Equal(t, []string{"only once"}, bodies, "a body that cannot be copied is sent once")
	require.True(t, once.closed.Load())
}

type closing struct {
	io.Reader
	closed atomic.Bool
}

func (c *closing) Close() error {
	c.closed.Store(true)
	return nil
}

func TestAnswerOverTheLimitIsAnErrorAndNoFailureOfTheTarget(t *testing.T) {
	t.Parallel()
	profile := quick()
	profile.MaxBody = 1000
	server := newTarget(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("x"), 1001)) })
	client, o := newClient(t, profile)
	for range 20 {
		_, _, err := fetch(t, client, http.MethodGet, server.URL)
		require.ErrorIs(t, err, serviceclient.ErrBodyTooLarge)
	}
	require.Equal(t, int64(20), server.arrived.Load(), "it would be as large again")
	require.Equal(t, 20, o.count(serviceclient.Answered))

	server.behave(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("x"), 1000)) })
	_, body, err := fetch(t, client, http.MethodGet, server.URL)
	require.NoError(t, err)
	require.Len(t, body, 1000)
}

func TestConnectionsAreKeptAlsoWhenNobodyReadsTheAnswer(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 100_000)) }))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	profile := quick()
	profile.Retry.AttemptTimeout, profile.CallTimeout = time.Minute, time.Minute // an attempt that is given up costs its connection
	client, _ := newClient(t, profile)
	for range 50 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
		require.NoError(t, err)
		_, err = client.Do(r) // and leaves it at that
		require.NoError(t, err)
	}
	require.Equal(t, int64(1), connections.Load())
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := newTarget(t, status(200))
	server := newTarget(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	})
	client, _ := newClient(t, quick())
	code, _, err := fetch(t, client, http.MethodGet, server.URL)
	require.NoError(t, err)
	require.Equal(t, http.StatusFound, code)
	require.Zero(t, elsewhere.arrived.Load())
}

func TestCallWithoutADeadlineEnds(t *testing.T) {
	t.Parallel()
	server := newTarget(t, hang)
	profile := quick()
	profile.CallTimeout = 50 * time.Millisecond
	client, o := newClient(t, profile)
	begin := time.Now()
	_, _, err := fetch(t, client, http.MethodGet, server.URL)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(begin), time.Second)
	require.Equal(t, 1, o.count(serviceclient.Failed))
}

func TestPanicInTheBaseLeavesNoTrialOccupied(t *testing.T) {
	t.Parallel()
	o := newRecorder()
	transport := serviceclient.NewTransport(serviceclient.Config{Target: "x", Profile: quick(), Now: time.Now, Observer: o, Base: broken{}})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x", http.NoBody)
	require.NoError(t, err)
	for range 50 {
		require.Panics(t, func() {
			_, _ = transport.RoundTrip(r)
		})
	}
	require.Equal(t, serviceclient.Closed, transport.State())
}

type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) {
	panic("bug") //nolint:forbidigo // what a transport must not do
}

func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	server := newTarget(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Request-Id") == "bad" {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	patient := quick()
	patient.Breaker.SlowIs, patient.Retry.AttemptTimeout, patient.CallTimeout = 20*time.Second, 20*time.Second, 20*time.Second
	client, o := newClient(t, patient)
	var group sync.WaitGroup
	var wrong atomic.Int64
	for i := range 400 {
		group.Go(func() {
			id := "good"
			if i%4 == 0 {
				id = "bad"
			}
			ctx := serviceclient.WithOutgoing(t.Context(), serviceclient.Outgoing{RequestID: id})
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, http.NoBody)
			if err != nil {
				wrong.Add(1)
				return
			}
			response, err := client.Do(r)
			if err != nil || response.Body.Close() != nil || (response.StatusCode == http.StatusBadGateway) != (id == "bad") {
				wrong.Add(1)
			}
		})
	}
	group.Wait()
	require.Zero(t, wrong.Load())
	require.Equal(t, 300, o.count(serviceclient.Answered))
	require.Equal(t, 100, o.count(serviceclient.Failed))
}

func TestErrorOfTheCallerIsNotHidden(t *testing.T) {
	t.Parallel()
	server := newTarget(t, hang)
	client, o := newClient(t, quick())
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		for server.arrived.Load() == 0 && t.Context().Err() == nil {
			runtime.Gosched()
		}
		cancel(errors.New("left"))
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, http.NoBody)
	require.NoError(t, err)
	_, err = client.Do(r)
	require.Error(t, err)
	require.Equal(t, 1, o.count(serviceclient.Abandoned))
	require.Equal(t, int64(1), server.arrived.Load())
}
