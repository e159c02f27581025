package httpserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// mounted mounts h in each of the ways that a handler can be.
func mounted(h httpserver.Handler) func(*fixture) {
	return func(f *fixture) {
		f.Public().GET("/api/x", f.Read(h))
		f.Public().POST("/api/x", f.Write(h))
		f.Public().PUT("/api/x", f.Action(h))
		f.Public().PATCH("/api/x", f.Upload(10, h))
		f.Public().DELETE("/api/x", f.Raw(func(c *gin.Context) error { _, err := h(c); return err }))
	}
}

var mountedMethods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

func TestADeadlineThatPassesIs504(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) { c.Deadline = 20 * time.Millisecond }, mounted(func(c *gin.Context) (httpserver.Reply, error) {
		if _, timed := c.Request.Context().Deadline(); !timed {
			return httpserver.Reply{}, fmt.Errorf("raw: %w", context.DeadlineExceeded)
		}
		<-c.Request.Context().Done()
		return httpserver.Reply{}, fmt.Errorf("find posts: %w", c.Request.Context().Err())
	}))
	for _, method := range mountedMethods {
		got := f.send(t, method, "/api/x", "{}")
		require.Equal(t, 504, got.status, method)
		require.Equal(t, "DEADLINE_EXCEEDED", got.code(t))
	}
}

func TestAPanicIs500AndTellsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, mounted(func(*gin.Context) (httpserver.Reply, error) { panic("secret of the house") })) //nolint:forbidigo // what the test is about
	for _, method := range mountedMethods {
		got := f.send(t, method, "/api/x", "{}")
		require.Equal(t, 500, got.status, method)
		require.Equal(t, "INTERNAL", got.code(t))
		require.NotContains(t, got.body, "secret")
	}
	lines := f.log.lines(t, "request")
	require.Len(t, lines, len(mountedMethods), "one line each")
	for _, line := range lines {
		require.Equal(t, "ERROR", line["level"])
		require.Equal(t, "INTERNAL: panic: secret of the house", line["error"])
		require.Contains(t, line["stack"], "failures_test.go")
	}
}

func TestAPanicInsideAWriteUndoesItAndKeepsNoHeaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Public().POST("/api/x", f.Write(func(c *gin.Context) (httpserver.Reply, error) {
			c.SetCookie("session", "1", 0, "/", "", false, true)
			panic(errors.New("late")) //nolint:forbidigo // what the test is about
		}))
	})
	require.Equal(t, 500, f.send(t, "POST", "/api/x", "{}").status)
	require.Equal(t, "INTERNAL: panic: late", f.log.lines(t, "request")[0]["error"])
}

var errStoreDown = errors.New("connection refused")

func TestADependencyThatIsDownIs503(t *testing.T) {
	t.Parallel()
	down := func(c *httpserver.Config) {
		c.Unavailable = func(err error) bool { return errors.Is(err, errStoreDown) }
	}
	f := newFixture(t, down, mounted(replying(httpserver.Reply{}, fmt.Errorf("find post: %w", errStoreDown))))
	for _, method := range mountedMethods {
		got := f.send(t, method, "/api/x", "{}")
		require.Equal(t, 503, got.status, method)
		require.Equal(t, "SERVICE_UNAVAILABLE", got.code(t))
		require.Equal(t, []string{"1"}, got.header["Retry-After"])
		require.NotContains(t, got.body, "refused")
	}
	coded := newFixture(t, down, mounted(replying(httpserver.Reply{}, apierr.CodeNotFound.Wrap(errStoreDown))))
	require.Equal(t, 404, coded.send(t, "GET", "/api/x", "").status, "a code that was given stands")
	unset := newFixture(t, nil, mounted(replying(httpserver.Reply{}, errStoreDown)))
	require.Equal(t, 500, unset.send(t, "GET", "/api/x", "").status)
}

func TestAClientThatLeavesEndsItsRequestAndIsNoFailureOfOurs(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	begun := make(chan struct{})
	f := newFixture(t, func(c *httpserver.Config) { c.Registerer = registry }, mounted(func(c *gin.Context) (httpserver.Reply, error) {
		begun <- struct{}{}
		<-c.Request.Context().Done()
		return httpserver.Reply{}, fmt.Errorf("find posts: %w", c.Request.Context().Err())
	}))
	for i, method := range mountedMethods {
		ctx, leave := context.WithCancel(t.Context())
		go func() { <-begun; leave() }()
		_, err := f.try(ctx, method, "/api/x", "")
		require.ErrorIs(t, err, context.Canceled)
		require.Eventually(t, func() bool { return len(f.log.lines(t, "request")) == i+1 }, 10*time.Second, time.Millisecond)
	}
	for _, line := range f.log.lines(t, "request") {
		require.Equal(t, "INFO", line["level"])
		require.InDelta(t, 499, line["status"], 0)
		require.Contains(t, line["error"], "client is gone")
	}
}

func TestAnAnswerThatFailsHalfWayIsDropped(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Public().GET("/api/error", f.Raw(func(c *gin.Context) error {
			c.String(http.StatusOK, "half of it")
			c.Writer.Flush()
			return errors.New("bucket is gone")
		}))
		f.Public().GET("/api/panic", f.Raw(func(c *gin.Context) error {
			c.String(http.StatusOK, "half of it")
			c.Writer.Flush()
			panic("late") //nolint:forbidigo // what the test is about
		}))
	})
	for i, path := range []string{"/api/error", "/api/panic"} {
		got, err := f.try(t.Context(), "GET", path, "")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Equal(t, "half of it", got.body)
		require.Eventually(t, func() bool { return len(f.log.lines(t, "request")) == i+1 }, 10*time.Second, time.Millisecond)
	}
	require.Contains(t, f.log.lines(t, "request")[0]["error"], "bucket is gone")
	require.Contains(t, f.log.lines(t, "request")[1]["error"], "panic: late")
}

func TestWhatIsLoggedOfARequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Authenticated().POST("/api/members/:id", f.Write(replying(httpserver.Reply{}, apierr.CodeNotFound.Wrap(errors.New("no row of kim@example.com")))))
		f.Authenticated().GET("/api/members/:id", f.Read(replying(httpserver.OK("answer"), nil)))
	})
	const id = "0af7651916cd43dd8448eb211c80319c"
	secrets := []option{
		as("7"), header("Cookie", "refresh_token=c00kie"), header("X-Request-Id", "r-1"), header("traceparent", "00-"+id+"-b7ad6b7169203331-01"),
		header("Idempotency-Key", "k3y"), header("X-Internal-Token", "t0ken"),
	}
	f.send(t, "POST", "/api/members/5?token=qu3ry", `{"password":"b0dy"}`, secrets...)
	f.send(t, "HEAD", "/api/members/5", "", secrets...)
	f.send(t, "GET", "/healthcheck/live", "", secrets...)
	lines := f.log.lines(t, "request")
	require.Len(t, lines, 2, "one line each, none of health checks")
	delete(lines[0], "time")
	delete(lines[0], "us")
	require.Equal(t, map[string]any{
		"level": "INFO", "msg": "request", "service": "test", "request_id": "r-1", "trace_id": id, "member_id": 7.0,
		"method": "POST", "route": "/api/members/:id", "status": 404.0, "bytes": lines[0]["bytes"], "client": "127.0.0.1",
		"error": "NOT_FOUND: no row of ***@***",
	}, lines[0])
	require.Equal(t, "HEAD", lines[1]["method"])
	require.NotContains(t, lines[1], "error")
	for _, secret := range []string{"c00kie", "qu3ry", "b0dy", "Bearer", "k3y", "t0ken", "kim", "answer"} {
		require.NotContains(t, f.log.text(), secret)
	}
}

func TestHandlersSeeTheContextThatWasEnriched(t *testing.T) {
	t.Parallel()
	type key struct{}
	f := newFixture(t, func(c *httpserver.Config) {
		c.Enrich = func(ctx context.Context, r *http.Request) context.Context {
			return context.WithValue(ctx, key{}, r.Method)
		}
	}, mounted(func(c *gin.Context) (httpserver.Reply, error) {
		// the context of the request, also through gin's own
		if c.Value(key{}) != c.Request.Context().Value(key{}) {
			return httpserver.Reply{}, errors.New("contexts differ")
		}
		return httpserver.OK(c.Request.Context().Value(key{})), nil
	}))
	for _, method := range mountedMethods[:4] {
		require.True(t, strings.HasSuffix(f.send(t, method, "/api/x", "").body, fmt.Sprintf(`"data":%q}`, method)), method)
	}
}
