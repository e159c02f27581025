package httpserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/idempotency"
	"github.com/dailyfeed/dailyfeed/support/process"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden.json")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with -update to make it")
	require.Equal(t, strings.TrimSuffix(string(want), "\n"), string(got))
}

// fixture is a server with routes, reached over a real connection.
type fixture struct {
	*httpserver.Server
	url    string
	client *http.Client
	log    *logLines
}

// newFixture makes a server whose tokens are "Bearer <member id>".
func newFixture(t *testing.T, change func(*httpserver.Config), mount func(*fixture)) *fixture {
	t.Helper()
	log := &logLines{}
	logger, err := process.NewLogger(log, "test", "info")
	require.NoError(t, err)
	config := httpserver.Config{
		Service: "test", Authenticate: authenticator{}, Caller: caller, Book: directBook{}, Logger: logger,
		Settings: httpserver.Settings{InternalToken: "fleet-token", CORSAllowedOrigins: []string{"http://localhost:3000"}},
	}
	if change != nil {
		change(&config)
	}
	server, err := httpserver.New(config)
	require.NoError(t, err)
	f := &fixture{Server: server, client: newClient(t), log: log}
	if mount != nil {
		mount(f)
	}
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	f.url = listening.URL
	return f
}

func newClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

// code is the failure's code, "" for a success.
func (a answer) code(t *testing.T) string {
	t.Helper()
	var envelope struct {
		Code string `json:"code"`
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &envelope), a.body)
	return envelope.Code
}

// request is what send sends; change it before it goes out.
type option func(*http.Request)

func header(name, value string) option {
	return func(r *http.Request) {
		r.Header[http.CanonicalHeaderKey(name)] = append(r.Header[http.CanonicalHeaderKey(name)], value)
	}
}

func as(member string) option { return header("Authorization", "Bearer "+member) }

func (f *fixture) send(t *testing.T, method, path, body string, options ...option) answer {
	t.Helper()
	got, err := f.try(t.Context(), method, path, body, options...)
	require.NoError(t, err)
	return got
}

func (f *fixture) try(ctx context.Context, method, path, body string, options ...option) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, f.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for _, change := range options {
		change(request)
	}
	response, err := f.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, header: response.Header, body: string(read)}, err
}

type memberKey struct{}

func caller(ctx context.Context) int64 {
	id, _ := ctx.Value(memberKey{}).(int64)
	return id
}

// authenticator takes "Bearer <member id>", and knows of "Bearer revoked-<member
// id>" whose it was.
type authenticator struct{}

func (authenticator) Authenticate(ctx context.Context, r *http.Request) (context.Context, http.Header, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ctx, nil, apierr.CodeBearerTokenMissing.New().WithHeader("WWW-Authenticate", "Bearer")
	}
	token, revoked := strings.CutPrefix(token, "revoked-")
	id, ok := httpserver.ParseID(token)
	if ok && revoked {
		return context.WithValue(ctx, memberKey{}, id), nil, apierr.CodeTokenRevoked.New().WithHeader("X-Relogin-Required", "true")
	}
	if !ok {
		return ctx, nil, apierr.CodeInvalidToken.New().WithHeader("X-Relogin-Required", "true")
	}
	return context.WithValue(ctx, memberKey{}, id), http.Header{"X-Token-Refresh-Needed": {"true"}}, nil
}

// directBook keeps nothing: for tests of what is around a write.
type directBook struct{}

func (directBook) Once(ctx context.Context, _ idempotency.Scope, do func(context.Context) idempotency.Answer) (idempotency.Answer, bool, error) {
	return do(ctx), false, nil
}

func (directBook) Unkeyed(ctx context.Context, do func(context.Context) idempotency.Answer) (idempotency.Answer, error) {
	return do(ctx), nil
}

// logLines takes a server's log.
type logLines struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (l *logLines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(line)
}

func (l *logLines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

// lines are the log lines with this message.
func (l *logLines) lines(t *testing.T, message string) (found []map[string]any) {
	t.Helper()
	for text := range strings.Lines(l.text()) {
		line := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(text), &line), text)
		if line[slog.MessageKey] == message {
			found = append(found, line)
		}
	}
	return found
}
