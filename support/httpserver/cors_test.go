package httpserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

const ours, foreign = "http://localhost:3000", "https://evil.example"

// corsHeaders are the names of the headers that CORS has set.
func corsHeaders(got answer) (names []string) {
	for name := range got.header {
		if strings.HasPrefix(name, "Access-Control-") {
			names = append(names, name)
		}
	}
	return names
}

func TestAnAllowedOriginMayReadEachAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	for _, path := range []string{"/api/posts", "/api/none", "/api"} { // 401 and 404 too: the frontend reads them
		for _, origin := range []string{ours, "HTTP://LOCALHOST:3000"} {
			got := f.send(t, "GET", path, "", header("Origin", origin))
			require.Equal(t, origin, got.header.Get("Access-Control-Allow-Origin"))
			require.Equal(t, "true", got.header.Get("Access-Control-Allow-Credentials"))
			require.Equal(t, "Authorization, Cache-Control, Content-Type, X-Token-Refresh-Needed, X-Relogin-Required, X-Request-Id, Retry-After, Idempotency-Replayed",
				got.header.Get("Access-Control-Expose-Headers"))
			require.Equal(t, []string{"Origin"}, got.header["Vary"])
		}
	}
}

func TestAnyOtherOriginGetsNoCORSHeaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	for _, origin := range []string{"", foreign, "null", "http://localhost:3001", "https://localhost:3000", "http://localhost:3000.evil.example", "http://localhost:3000/", "*"} {
		got := f.send(t, "GET", "/api/posts", "", header("Origin", origin), as("7"))
		require.Equal(t, 200, got.status, "the request itself is served")
		require.Empty(t, corsHeaders(got), origin)
		require.Equal(t, []string{"Origin"}, got.header["Vary"], "caches must know")
	}
	got := f.send(t, "GET", "/healthcheck/live", "", header("Origin", ours))
	require.Empty(t, corsHeaders(got), "not under /api")
}

func preflight(origin, method, headers string) []option {
	options := []option{header("Origin", origin), header("Access-Control-Request-Method", method)}
	if headers != "" {
		options = append(options, header("Access-Control-Request-Headers", headers))
	}
	return options
}

func TestPreflights(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	for _, path := range []string{"/api/posts", "/api/posts/7/like/", "/api/none"} {
		got := f.send(t, "OPTIONS", path, "", preflight(ours, "PUT", "authorization,idempotency-key,x-anything")...)
		require.Equal(t, 204, got.status)
		require.Empty(t, got.body)
		require.Equal(t, ours, got.header.Get("Access-Control-Allow-Origin"))
		require.Equal(t, "true", got.header.Get("Access-Control-Allow-Credentials"))
		require.Equal(t, "GET, POST, PUT, PATCH, DELETE, OPTIONS", got.header.Get("Access-Control-Allow-Methods"))
		require.Equal(t, "authorization,idempotency-key,x-anything", got.header.Get("Access-Control-Allow-Headers"))
		require.Equal(t, "3600", got.header.Get("Access-Control-Max-Age"))
		require.Equal(t, "Origin", got.header["Vary"][0])
		require.Empty(t, got.header["Allow"])

		got = f.send(t, "OPTIONS", path, "", preflight(foreign, "PUT", "authorization")...)
		require.Equal(t, 204, got.status)
		require.Empty(t, corsHeaders(got))
	}
	got := f.send(t, "OPTIONS", "/api/posts", "", preflight(ours, "GET", "")...)
	require.NotContains(t, got.header, "Access-Control-Allow-Headers")
	require.Len(t, f.log.lines(t, "request"), 7, "an access line each")
}

func TestAnEmptyListAllowsNobody(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) { c.CORSAllowedOrigins = nil }, shop)
	for _, origin := range []string{ours, foreign, "null", f.url} {
		require.Empty(t, corsHeaders(f.send(t, "GET", "/api/posts", "", header("Origin", origin))))
		require.Empty(t, corsHeaders(f.send(t, "OPTIONS", "/api/posts", "", preflight(origin, "GET", "")...)))
	}
}

func TestSameOriginOnlyRefusesForeignOrigins(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Public().POST("/api/token/refresh", f.SameOriginOnly, f.Action(replying(httpserver.OK(true), nil)))
	})
	host := strings.TrimPrefix(f.url, "http://")
	for origin, want := range map[string]int{
		"":                                 200, // not a browser, or one that says nothing across origins
		ours:                               200,
		"http://" + host:                   200,
		"https://" + host:                  200, // the proxy before us ended TLS
		"null":                             403,
		foreign:                            403,
		"http://" + host + ".evil.example": 403,
		"http://localhost":                 403,
		"not an origin":                    403,
		"file://":                          403,
		"http://":                          403,
	} {
		options := []option{}
		if origin != "" {
			options = append(options, header("Origin", origin))
		}
		got := f.send(t, "POST", "/api/token/refresh", "{}", options...)
		require.Equal(t, want, got.status, origin)
		if want == 403 {
			require.Equal(t, "ORIGIN_NOT_ALLOWED", got.code(t))
		}
	}
}
