package httpserver_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func TestHealthSaysOKOrWhatIsMissing(t *testing.T) {
	t.Parallel()
	var mysqlDown, migrating, stuck atomic.Bool
	failing := func(when *atomic.Bool) func(context.Context) error {
		return func(context.Context) error {
			if when.Load() {
				return errors.New("dial tcp 10.0.0.1:3306: connection refused")
			}
			return nil
		}
	}
	f, _ := running(t, func(c *httpserver.Config) {
		c.Ready = map[string]func(context.Context) error{"mysql": failing(&mysqlDown), "migrations": failing(&migrating)}
		c.Live = map[string]func(context.Context) error{"mysql pool": failing(&stuck)}
	}, nil)
	check := func(path string, status int, text string) {
		t.Helper()
		got := f.send(t, "GET", "/healthcheck/"+path, "")
		require.Equal(t, status, got.status)
		require.Equal(t, text, got.body)
		require.Equal(t, []string{"text/plain; charset=utf-8"}, got.header["Content-Type"])
	}
	check("live", 200, "OK")
	check("ready", 200, "OK")
	check("startup", 200, "OK")
	check("ready/", 200, "OK")
	mysqlDown.Store(true)
	check("ready", 503, "mysql")
	check("live", 200, "OK")
	check("startup", 200, "OK")
	migrating.Store(true)
	check("ready", 503, "migrations")
	mysqlDown.Store(false)
	migrating.Store(false)
	check("ready", 200, "OK")
	stuck.Store(true)
	check("live", 503, "mysql pool")
	require.Equal(t, "WARN", f.log.lines(t, "health check failed")[0]["level"])
}

func TestStartupIsNotDoneBeforeTheServerRuns(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, nil)
	got := f.send(t, "GET", "/healthcheck/startup", "")
	require.Equal(t, 503, got.status)
	require.Equal(t, "starting", got.body)
}

func TestAHealthCheckThatHangsIsCutOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) {
		c.Ready = map[string]func(context.Context) error{"bucket": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
	}, nil)
	got := f.send(t, "GET", "/healthcheck/ready", "")
	require.Equal(t, 503, got.status)
	require.Equal(t, "bucket", got.body)
}

func TestDocumentAndDocsAreServedWhereThereAreAny(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) { c.Document = []byte(`{"openapi":"3.1.0"}`) }, nil)
	got := f.send(t, "GET", "/openapi.json", "")
	require.Equal(t, []string{"application/json"}, got.header["Content-Type"])
	require.Equal(t, `{"openapi":"3.1.0"}`, got.body)
	require.Equal(t, 404, f.send(t, "GET", "/docs", "").status)
}
