package httpserver_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func TestXRequestIdIsKeptWhereItIsWellFormed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	const all = "ABCXYZabcxyz0189._:+/=-"
	for _, id := range []string{"a", all, strings.Repeat("x", 128)} {
		require.Equal(t, []string{id}, f.send(t, "GET", "/api/posts", "", header("X-Request-Id", id)).header["X-Request-Id"])
	}
	fresh := regexp.MustCompile(`^[A-Z0-9]{26}$`)
	seen := map[string]bool{}
	for _, id := range []string{"", strings.Repeat("x", 129), "a b", "a,b", "a\tb", "é", "a_b~", "{}", `"a"`, "a;b", "<x>", "a@b", "a%20", "a\\b", "a*"} {
		got := f.send(t, "GET", "/api/posts", "", header("X-Request-Id", id)).header["X-Request-Id"]
		require.Len(t, got, 1)
		require.Regexp(t, fresh, got[0], "%q is replaced", id)
		require.False(t, seen[got[0]], "each is new")
		seen[got[0]] = true
	}
}

func TestXRequestIdIsInTheFailureToo(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, nil)
	got := f.send(t, "GET", "/api/none", "")
	require.Contains(t, got.body, `"requestId":"`+got.header.Get("X-Request-Id")+`"`)
}

func TestTraceparentIsContinued(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Public().GET("/api/trace", f.Read(func(c *gin.Context) (httpserver.Reply, error) {
			return httpserver.OK(httpserver.TraceParent(c.Request.Context())), nil
		}))
	})
	const trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	form := regexp.MustCompile(`"data":"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})"`)
	for parent, kept := range map[string]bool{
		"00-" + trace + "-" + span + "-01":                  true,
		"00-" + trace + "-" + span + "-00":                  true,
		"cc-" + trace + "-" + span + "-01-what-comes-later": true,
		"":                                      false,
		"00-" + trace + "-" + span + "-01-more": false,
		"ff-" + trace + "-" + span + "-01":      false,
		"00-" + strings.Repeat("0", 32) + "-" + span + "-01":  false,
		"00-" + trace + "-" + strings.Repeat("0", 16) + "-01": false,
		"00-" + strings.ToUpper(trace) + "-" + span + "-01":   false,
		"00-" + trace + "-" + span:                            false,
	} {
		got := form.FindStringSubmatch(f.send(t, "GET", "/api/trace", "", header("traceparent", parent)).body)
		require.NotNil(t, got, parent)
		require.Equal(t, kept, got[1] == trace, parent)
		require.NotEqual(t, span, got[2], "a span of our own")
		if kept {
			require.Equal(t, parent[53:55], got[3], "the flags")
		} else {
			require.Equal(t, "00", got[3])
		}
	}
}

func TestEachAnswerHasItsHeadersOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		shop(f)
		f.Authenticated().GET("/api/gone", f.Read(replying(httpserver.Reply{}, apierr.CodeTokenRevoked.New().WithHeader("X-Relogin-Required", "true"))))
		f.Authenticated().GET("/api/panic", f.Read(func(*gin.Context) (httpserver.Reply, error) { panic("x") })) //nolint:forbidigo // what the test is about
	})
	for _, c := range []struct{ method, path string }{
		{"GET", "/api/posts"},
		{"HEAD", "/api/posts"},
		{"POST", "/api/posts"},
		{"GET", "/api/posts/"},
		{"GET", "/api/gone"},
		{"GET", "/api/none"},
		{"PATCH", "/api/posts"},
		{"OPTIONS", "/api/posts"},
		{"GET", "/api/panic"},
		{"GET", "/healthcheck/live"},
		{"GET", "/none"},
	} {
		got := f.send(t, c.method, c.path, "", as("7"), header("Origin", "http://localhost:3000"))
		for name, values := range got.header {
			require.Len(t, values, 1, "%s %s: %s", c.method, c.path, name)
		}
		require.Len(t, got.header["X-Request-Id"], 1)
		require.Equal(t, []string{"nosniff"}, got.header["X-Content-Type-Options"])
		if strings.HasPrefix(c.path, "/api/") {
			require.Equal(t, []string{"no-store"}, got.header["Cache-Control"], c.path)
			require.Equal(t, []string{"Origin"}, got.header["Vary"], c.path)
		}
	}
}

func TestTheAuthenticatorsHeadersAreForAGetThatSucceeds(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		shop(f)
		f.Authenticated().GET("/api/gone", f.Read(replying(httpserver.Reply{}, apierr.CodeNotFound.New())))
		f.Authenticated().GET("/api/raw", f.Raw(func(c *gin.Context) error { c.String(http.StatusOK, "bytes"); return nil }))
		f.Authenticated().GET("/api/raw/gone", f.Raw(func(*gin.Context) error { return apierr.CodeNotFound.New() }))
	})
	for _, c := range []struct {
		method, path string
		want         []string
	}{
		{"GET", "/api/posts", []string{"true"}},
		{"HEAD", "/api/posts", []string{"true"}},
		{"GET", "/api/raw", []string{"true"}},
		{"POST", "/api/posts", nil},
		{"PUT", "/api/posts/1", nil},
		{"GET", "/api/gone", nil},
		{"GET", "/api/raw/gone", nil},
	} {
		require.Equal(t, c.want, f.send(t, c.method, c.path, "", as("7")).header["X-Token-Refresh-Needed"], "%s %s", c.method, c.path)
	}
}

func TestAFailureDoesNotKeepTheHeadersOfTheSuccessItWasToBe(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Public().GET("/api/image", f.Raw(func(c *gin.Context) error {
			c.Header("Content-Length", "1000")
			c.Header("ETag", `"x"`)
			c.Header("Content-Type", "image/png")
			c.Header("Cache-Control", "public, max-age=31536000, immutable")
			return apierr.CodeServiceUnavailable.New()
		}))
	})
	got := f.send(t, "GET", "/api/image", "")
	require.Equal(t, 503, got.status)
	require.Equal(t, "SERVICE_UNAVAILABLE", got.code(t))
	require.Equal(t, []string{"no-store"}, got.header["Cache-Control"])
	require.Equal(t, []string{"application/json"}, got.header["Content-Type"])
	require.Empty(t, got.header["Etag"])
}

// A request's part of a trace is what Trace says: it goes on from the caller's
// header, and the log, the handler and the calls belong to it.
func TestATracedRequestBelongsToItsSpan(t *testing.T) {
	t.Parallel()
	const own = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"
	var parents, ended []string
	trace := func(ctx context.Context, parent, method string) (context.Context, string, func(string, int)) {
		parents = append(parents, parent)
		return ctx, own, func(route string, status int) { ended = append(ended, fmt.Sprint(method, " ", route, " ", status)) }
	}
	var seen string
	f := newFixture(t, func(c *httpserver.Config) { c.Trace = trace }, func(f *fixture) {
		f.Public().GET("/api/x/:id", f.Read(func(c *gin.Context) (httpserver.Reply, error) {
			seen = httpserver.TraceParent(c)
			return httpserver.OK("x"), nil
		}))
	})
	f.send(t, "GET", "/api/x/7", "", header("traceparent", "the caller's"))
	f.send(t, "GET", "/nowhere", "")
	f.send(t, "GET", "/healthcheck/live", "")
	require.Equal(t, own, seen)
	require.Equal(t, []string{"the caller's", ""}, parents, "health is not traced")
	require.Equal(t, []string{"GET /api/x/:id 200", "GET none 404"}, ended)
	require.Contains(t, f.log.text(), `"trace_id":"0af7651916cd43dd8448eb211c80319c"`)
}
