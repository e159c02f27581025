package edge_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/tools/edge"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"))
}

func TestAServiceGetsTheRequestAsItWasSent(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	content := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("X-Token-Refresh-Needed", "true")
		w.WriteHeader(http.StatusCreated)
	})
	front := start(t, edge.Config{Upstreams: map[edge.Service]serviceclient.Addresses{edge.Content: at(t, content)}})

	request := newRequest(t, http.MethodPost, front+"/api/posts/?a=1&b=%2F", `{"content":"안녕"}`)
	request.Header.Set("X-Request-Id", "mine-1")
	request.Header.Set("Idempotency-Key", "key")
	request.AddCookie(&http.Cookie{Name: "refresh_token", Value: "secret"})
	response := do(t, request)

	require.Equal(t, http.StatusCreated, response.StatusCode)
	require.Equal(t, "true", response.Header.Get("X-Token-Refresh-Needed"))
	require.Equal(t, "/api/posts/", got.URL.Path)
	require.Equal(t, "a=1&b=%2F", got.URL.RawQuery)
	require.Equal(t, `{"content":"안녕"}`, string(body))
	require.Equal(t, "mine-1", got.Header.Get("X-Request-Id"))
	require.Equal(t, "key", got.Header.Get("Idempotency-Key"))
	require.Equal(t, strings.TrimPrefix(front, "http://"), got.Host, "token refresh compares Origin with the request's own host")
	require.Len(t, got.Cookies(), 1)
}

func TestTheProxyPrefixIsCutOff(t *testing.T) {
	t.Parallel()
	var path, raw string
	member := upstream(t, func(_ http.ResponseWriter, r *http.Request) { path, raw = r.URL.Path, r.URL.RawPath })
	front := start(t, edge.Config{Upstreams: map[edge.Service]serviceclient.Addresses{edge.Member: at(t, member)}})

	do(t, newRequest(t, http.MethodGet, front+"/api/proxy/members/profile/%40kim%20", ""))
	require.Equal(t, "/api/members/profile/@kim ", path)
	require.Equal(t, "/api/members/profile/%40kim%20", raw)
}

func TestWhatAClientSaysAboutAddressesIsNotBelieved(t *testing.T) {
	t.Parallel()
	var got http.Header
	member := upstream(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	front := start(t, edge.Config{Upstreams: map[edge.Service]serviceclient.Addresses{edge.Member: at(t, member)}})

	request := newRequest(t, http.MethodGet, front+"/api/members", "")
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-Ip", "X-Internal-Token"} {
		request.Header.Set(name, "forged")
	}
	do(t, request)

	require.Equal(t, []string{"127.0.0.1"}, got.Values("X-Forwarded-For"))
	require.Equal(t, []string{"http"}, got.Values("X-Forwarded-Proto"))
	require.Empty(t, got.Values("Forwarded"))
	require.Empty(t, got.Values("X-Real-Ip"))
	require.Empty(t, got.Values("X-Internal-Token"))
}

func TestAnUnknownPathIsAFailureEnvelope(t *testing.T) {
	t.Parallel()
	front := start(t, edge.Config{})
	request := newRequest(t, http.MethodGet, front+"/api/unknown?x=1", "")
	request.Header.Set("Accept-Language", "en")
	request.Header.Set("X-Request-Id", "not allowed!")
	response := do(t, request)

	require.Equal(t, http.StatusNotFound, response.StatusCode)
	require.Equal(t, "application/json", response.Header.Get("Content-Type"))
	require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
	require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
	envelope := failure(t, response)
	id := response.Header.Get("X-Request-Id")
	require.Regexp(t, `^[A-Z2-7]{26}$`, id)
	require.Equal(t, map[string]any{
		"statusCode": 404.0, "resultCode": "FAIL", "code": "NOT_FOUND",
		"message": "There is nothing at this path", "path": "/api/unknown", "requestId": id,
	}, envelope)
}

func TestTheInsideIsNotRoutedEvenWithAFrontend(t *testing.T) {
	t.Parallel()
	frontend := upstream(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "frontend") })
	front := start(t, edge.Config{Frontend: at(t, frontend)})

	for _, path := range []string{"/internal/x", "/metrics", "/healthcheck/ready", "/api/posts/../../internal", "//internal", "/%2e%2e/internal"} {
		require.Equal(t, 404, rawStatus(t, front, path), path)
	}
	require.Equal(t, 200, rawStatus(t, front, "/login"))
}

func TestWithoutAFrontendThereIsAPlainPage(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("http://127.0.0.1:8084")
	require.NoError(t, err)
	front := start(t, edge.Config{
		Upstreams: map[edge.Service]serviceclient.Addresses{edge.Member: at(t, base)}, DemoLogin: "demo@dailyfeed.example <b>",
	})
	response := do(t, newRequest(t, http.MethodGet, front+"/", ""))
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	require.Contains(t, string(text), "demo@dailyfeed.example &lt;b&gt;")
	require.Contains(t, string(text), `href="http://127.0.0.1:8084/docs"`)
	require.Equal(t, http.StatusNotFound, do(t, newRequest(t, http.MethodGet, front+"/login", "")).StatusCode)
}

func TestReplicasTakeTurns(t *testing.T) {
	t.Parallel()
	counts := make(chan string, 20)
	one := upstream(t, func(http.ResponseWriter, *http.Request) { counts <- "one" })
	two := upstream(t, func(http.ResponseWriter, *http.Request) { counts <- "two" })
	front := start(t, edge.Config{Upstreams: map[edge.Service]serviceclient.Addresses{edge.Content: at(t, one, two)}})

	got := map[string]int{}
	for range 10 {
		do(t, newRequest(t, http.MethodPost, front+"/api/posts", "{}"))
		got[<-counts]++
	}
	require.Equal(t, map[string]int{"one": 5, "two": 5}, got)
}

func TestAReplicaThatIsGoneIsSkippedWithItsBody(t *testing.T) {
	t.Parallel()
	var bodies []string
	alive := upstream(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
	})
	front := start(t, edge.Config{Upstreams: map[edge.Service]serviceclient.Addresses{edge.Content: at(t, gone(t), alive)}})

	for range 4 {
		response := do(t, newRequest(t, http.MethodPost, front+"/api/posts", `{"content":"a"}`))
		require.Equal(t, http.StatusOK, response.StatusCode)
	}
	require.Equal(t, []string{`{"content":"a"}`, `{"content":"a"}`, `{"content":"a"}`, `{"content":"a"}`}, bodies)
}

func TestABrokenRequestIsNotSentTwice(t *testing.T) {
	t.Parallel()
	calls := make(chan struct{}, 10)
	breaks := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		calls <- struct{}{}
		_, _ = io.Copy(io.Discard, r.Body)
		hangUp(t, w)
	})
	front := start(t, edge.Config{Upstreams: map[edge.Service]serviceclient.Addresses{edge.Content: at(t, breaks, breaks)}})

	response := do(t, newRequest(t, http.MethodPost, front+"/api/posts", `{"content":"a"}`))
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Len(t, calls, 1)
}

func TestNoReplicaIsUnavailable(t *testing.T) {
	t.Parallel()
	front := start(t, edge.Config{Upstreams: map[edge.Service]serviceclient.Addresses{edge.Content: at(t, gone(t))}})
	response := do(t, newRequest(t, http.MethodGet, front+"/api/posts/1", ""))
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Equal(t, "1", response.Header.Get("Retry-After"))
	require.Equal(t, "SERVICE_UNAVAILABLE", failure(t, response)["code"])
}

func TestASilentServiceIsAPassedDeadline(t *testing.T) {
	t.Parallel()
	silent := upstream(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	front := start(t, edge.Config{
		Upstreams: map[edge.Service]serviceclient.Addresses{edge.Content: at(t, silent)}, AnswerWithin: 50 * time.Millisecond,
	})
	response := do(t, newRequest(t, http.MethodGet, front+"/api/posts/1", ""))
	require.Equal(t, http.StatusGatewayTimeout, response.StatusCode)
	require.Equal(t, "DEADLINE_EXCEEDED", failure(t, response)["code"])
}

func TestEventsOfAStreamArriveAsTheyAreSent(t *testing.T) {
	t.Parallel()
	next := make(chan string)
	stream := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			select {
			case event := <-next:
				_, _ = io.WriteString(w, "data: "+event+"\n\n")
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	front := start(t, edge.Config{Upstreams: map[edge.Service]serviceclient.Addresses{edge.Activity: at(t, stream)}})

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	go func() { next <- "first" }()
	response := do(t, newRequest(t, http.MethodGet, front+"/api/activity/stream", "").WithContext(ctx))
	lines := bufio.NewReader(response.Body)
	require.Equal(t, "data: first\n", readEvent(t, lines))
	next <- "second"
	require.Equal(t, "data: second\n", readEvent(t, lines))
}

func TestLoadReportsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, _, err := edge.Load([]string{"MEMBER_URL=ftp://x", "CONTENT_URL=http://a:1,nonsense", "FRONTEND_URL=http://a/path"})
	require.ErrorContains(t, err, "MEMBER_URL")
	require.ErrorContains(t, err, "CONTENT_URL")
	require.ErrorContains(t, err, "FRONTEND_URL")
}

func TestServeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- edge.Serve(ctx, listener, http.NotFoundHandler()) }()
	cancel()
	require.NoError(t, <-served)
}

func upstream(t *testing.T, handle http.HandlerFunc) *url.URL {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	require.NoError(t, err)
	return base
}

// hangUp ends the connection without an answer.
func hangUp(t *testing.T, w http.ResponseWriter) {
	t.Helper()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// at are the addresses of replicas.
func at(t *testing.T, replicas ...*url.URL) serviceclient.Addresses {
	t.Helper()
	var list []string
	for _, r := range replicas {
		list = append(list, r.String())
	}
	addresses, err := serviceclient.ParseAddresses(strings.Join(list, ","))
	require.NoError(t, err)
	return addresses
}

// gone is the address of a server that was stopped.
func gone(t *testing.T) *url.URL {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return &url.URL{Scheme: "http", Host: listener.Addr().String()}
}

func start(t *testing.T, config edge.Config) string {
	t.Helper()
	server := httptest.NewServer(edge.New(config, slog.New(slog.DiscardHandler)))
	t.Cleanup(server.Close)
	return server.URL
}

func newRequest(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, target, bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	return request
}

func do(t *testing.T, request *http.Request) *http.Response {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	response, err := transport.RoundTrip(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// rawStatus sends a path that a client library would clean.
func rawStatus(t *testing.T, front, path string) int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(front, "http://"))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode
}

func failure(t *testing.T, response *http.Response) map[string]any {
	t.Helper()
	var envelope map[string]any
	require.NoError(t, json.NewDecoder(response.Body).Decode(&envelope))
	return envelope
}

func readEvent(t *testing.T, lines *bufio.Reader) string {
	t.Helper()
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	_, err = lines.ReadString('\n')
	require.NoError(t, err)
	return line
}
