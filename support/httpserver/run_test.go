package httpserver_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// run is a server that runs as in a process, and how to stop it.
type run struct {
	stop  context.CancelFunc
	ended chan error
}

// running runs a fixture's server on a port of its own.
func running(t *testing.T, change func(*httpserver.Config), mount func(*fixture)) (*fixture, run) {
	t.Helper()
	f := newFixture(t, change, mount)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f.url = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	r := run{stop: stop, ended: make(chan error, 1)}
	ready := make(chan struct{})
	go func() { r.ended <- f.RunOn(ctx, listener, func() { close(ready) }) }()
	<-ready
	t.Cleanup(func() {
		stop()
		select {
		case err := <-r.ended:
			r.ended <- err
		case <-time.After(30 * time.Second):
			t.Error("server did not end")
		}
	})
	return f, r
}

// awaitEnd is what Run returned.
func (r run) awaitEnd(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.ended:
		r.ended <- err // for the cleanup
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("server did not end")
		return nil
	}
}

// slow answers when it is told to.
func slow(f *fixture) (begun, release chan struct{}) {
	begun, release = make(chan struct{}), make(chan struct{})
	f.Public().GET("/api/slow", f.Read(func(c *gin.Context) (httpserver.Reply, error) {
		close(begun)
		select {
		case <-release:
			return httpserver.OK("slow"), nil
		case <-c.Request.Context().Done():
			return httpserver.Reply{}, c.Request.Context().Err()
		}
	}))
	return begun, release
}

func TestShutdownLosesNoRequest(t *testing.T) {
	t.Parallel()
	var begun, release chan struct{}
	f, r := running(t, func(c *httpserver.Config) { c.ShutdownDelay = 300 * time.Millisecond }, func(f *fixture) {
		begun, release = slow(f)
		f.Public().GET("/api/quick", f.Read(replying(httpserver.OK("quick"), nil)))
	})
	require.Equal(t, 200, f.send(t, "GET", "/healthcheck/ready", "").status)
	inFlight := make(chan answer, 1)
	go func() {
		got, err := f.try(t.Context(), "GET", "/api/slow", "")
		if err != nil {
			t.Error(err)
		}
		inFlight <- got
	}()
	<-begun
	require.Equal(t, 200, f.send(t, "GET", "/api/quick", "").status) // leaves an idle connection

	r.stop()
	require.Eventually(t, func() bool {
		got, err := f.try(t.Context(), "GET", "/healthcheck/ready", "")
		return err == nil && got.status == 503 && got.body == "shutting down"
	}, 10*time.Second, time.Millisecond, "not ready at once")
	got := f.send(t, "GET", "/api/quick", "")
	require.Equal(t, 200, got.status, "still serves, on the idle connection too")
	require.Equal(t, 200, f.send(t, "GET", "/healthcheck/live", "").status)
	require.Eventually(t, func() bool {
		_, err := f.try(t.Context(), "GET", "/api/quick", "")
		return err != nil
	}, 10*time.Second, 5*time.Millisecond, "takes no new requests after the delay")
	close(release)
	require.Equal(t, "slow", strings.Trim(strings.Split((<-inFlight).body, `"data":`)[1], `"}`), "what runs finishes")
	require.NoError(t, r.awaitEnd(t))
}

func TestAnswersOfADrainingServerSendTheClientElsewhere(t *testing.T) {
	t.Parallel()
	f, r := running(t, func(c *httpserver.Config) { c.ShutdownDelay = time.Second }, nil)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(f.url, "http://"))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	r.stop()
	require.Eventually(t, func() bool { return len(f.log.lines(t, "draining")) == 1 }, 10*time.Second, time.Millisecond)
	_, err = conn.Write([]byte("GET /healthcheck/live HTTP/1.1\r\nHost: x\r\n\r\n"))
	require.NoError(t, err)
	said, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(said), "HTTP/1.1 200 OK")
	require.Contains(t, string(said), "Connection: close")
}

func TestRunFailsWhereThePortIsTaken(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", ":0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)
	server, err := httpserver.New(httpserver.Config{Settings: httpserver.Settings{Port: address.Port, AdminPort: address.Port}})
	require.NoError(t, err)
	require.ErrorContains(t, server.Run(t.Context(), func() { t.Error("ready") }), "listen on port")
	require.ErrorContains(t, server.RunAdmin(prometheus.NewRegistry())(t.Context(), func() { t.Error("ready") }), "listen on port")
}

func TestStopLimitCoversTheWholeOfStopping(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) { c.ShutdownDelay = 5 * time.Second }, nil)
	require.Equal(t, 26*time.Second, f.StopLimit())
}

func TestAdminPortServesMetricsAndProfilesAndNothingElse(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	f := newFixture(t, func(c *httpserver.Config) { c.Registerer = registry }, shop)
	f.send(t, "GET", "/api/posts", "", as("7"))
	f.send(t, "HEAD", "/api/posts/12345", "", as("7"))
	f.send(t, "GET", "/api/none/12345", "")
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		require.Equal(t, 404, f.send(t, "GET", path, "").status, "not on the public port")
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.RunAdminOn(ctx, listener, registry, func() {}) }()
	admin := &fixture{url: "http://" + listener.Addr().String(), client: f.client}
	got := admin.send(t, http.MethodGet, "/metrics", "")
	require.Contains(t, got.body, `http_server_request_duration_seconds_count{method="GET",route="/api/posts",status="200"} 1`)
	require.Contains(t, got.body, `http_server_request_duration_seconds_count{method="HEAD",route="/api/posts/:id",status="200"} 1`)
	require.Contains(t, got.body, `http_server_request_duration_seconds_count{method="GET",route="none",status="404"} 3`)
	require.NotContains(t, got.body, "12345", "labels are bounded")
	require.Contains(t, got.body, "http_server_in_flight 0")
	require.Contains(t, got.body, "http_server_shed_total 0")
	require.Equal(t, 200, admin.send(t, "GET", "/debug/pprof/", "").status)
	require.Equal(t, 404, admin.send(t, "GET", "/api/posts", "").status)
	stop()
	require.NoError(t, <-ended)
}
