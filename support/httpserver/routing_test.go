package httpserver_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// shop has routes of all sorts; each answers with its name and parameter.
func shop(f *fixture) {
	named := func(name string) httpserver.Handler {
		return func(c *gin.Context) (httpserver.Reply, error) { return httpserver.OK(name + " " + c.Param("id")), nil }
	}
	r := f.Authenticated()
	r.GET("/api/posts", f.Read(named("list")))
	r.POST("/api/posts", f.Write(named("create")))
	r.GET("/api/posts/:id", f.Read(named("find")))
	r.PUT("/api/posts/:id", f.Write(named("update")))
	r.DELETE("/api/posts/:id/like", f.Write(named("unlike")))
	f.Public().GET("/.well-known/keys", f.Read(named("keys")))
	f.Internal().POST("/internal/ask", f.Action(named("ask")))
}

func TestRoutingComesBeforeAuthentication(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	for _, c := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"GET", "/api/nothing", 404, "NOT_FOUND", ""},
		{"GET", "/nothing", 404, "NOT_FOUND", ""},
		{"GET", "/", 404, "NOT_FOUND", ""},
		{"GET", "/api", 404, "NOT_FOUND", ""},
		{"POST", "/api/posts/7/nothing", 404, "NOT_FOUND", ""},
		{"GET", "/api//posts", 404, "NOT_FOUND", ""},
		{"PATCH", "/api/posts", 405, "METHOD_NOT_ALLOWED", "GET, HEAD, POST"},
		{"DELETE", "/api/posts/7", 405, "METHOD_NOT_ALLOWED", "GET, HEAD, PUT"},
		{"DELETE", "/api/posts/7/", 405, "METHOD_NOT_ALLOWED", "GET, HEAD, PUT"},
		{"GET", "/api/posts/7/like", 405, "METHOD_NOT_ALLOWED", "DELETE"},
		{"HEAD", "/api/posts/7/like", 405, "", "DELETE"},
		{"OPTIONS", "/api/posts", 405, "METHOD_NOT_ALLOWED", "GET, HEAD, POST"},
		{"QUERY", "/api/posts", 405, "METHOD_NOT_ALLOWED", "GET, HEAD, POST"},
		{"POST", "/healthcheck/live", 405, "METHOD_NOT_ALLOWED", "GET, HEAD"},
	} {
		for _, options := range [][]option{nil, {as("7")}, {as("broken")}} {
			got := f.send(t, c.method, c.path, "", options...)
			require.Equal(t, c.status, got.status, "%s %s", c.method, c.path)
			require.Equal(t, c.allow, got.header.Get("Allow"), "%s %s", c.method, c.path)
			if c.code != "" {
				require.Equal(t, c.code, got.code(t))
			}
		}
	}
}

// Gin carries what its search passed over from one method's tree into the
// next: a route like /members/:id made Allow name methods of its neighbours.
func TestAllowNamesOnlyMethodsOfThePath(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		reply := func(*gin.Context) (httpserver.Reply, error) { return httpserver.OK(true), nil }
		r := f.Authenticated()
		for _, path := range []string{"/api/members", "/api/members/profile", "/api/members/:id", "/api/members/:id/profile", "/api/members/followers", "/api/members/query/followings"} {
			r.GET(path, f.Read(reply))
		}
		r.PUT("/api/members/profile", f.Write(reply))
		r.POST("/api/members/query/in", f.Write(reply))
		r.POST("/api/members/follow/:id", f.Write(reply))
	})
	for path, want := range map[string]string{
		"/api/members/profile": "GET, HEAD, PUT", "/api/members/profile/": "GET, HEAD, PUT", "/api/members/followers": "GET, HEAD",
		"/api/members/query": "GET, HEAD", "/api/members/7": "GET, HEAD", "/api/members/follow/7": "POST", "/api/members/query/in": "POST",
	} {
		got := f.send(t, "PATCH", path, "")
		require.Equal(t, 405, got.status, path)
		require.Equal(t, []string{want}, got.header["Allow"], path)
	}
}

func TestKnownRoutesNeedTheirToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	got := f.send(t, "GET", "/api/posts", "")
	require.Equal(t, 401, got.status)
	require.Equal(t, "BEARER_TOKEN_MISSING", got.code(t))
	require.Equal(t, []string{"Bearer"}, got.header["Www-Authenticate"])
	got = f.send(t, "POST", "/api/posts", "", as("broken"))
	require.Equal(t, "INVALID_TOKEN", got.code(t))
	require.Equal(t, []string{"true"}, got.header["X-Relogin-Required"])
	require.Equal(t, 200, f.send(t, "GET", "/api/posts", "", as("7")).status)
	require.Equal(t, 200, f.send(t, "GET", "/.well-known/keys", "").status)
}

func TestATrailingSlashMakesNoDifference(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	for path, want := range map[string]string{
		"/api/posts/": `"list "`, "/api/posts/7/": `"find 7"`, "/api/posts/a%2Fb/": "", "/api/posts/%EA%B0%80/": `"find 가"`,
		"/api/posts/7//": "",
	} {
		got := f.send(t, "GET", path, "", as("7"))
		if want == "" {
			require.Equal(t, 404, got.status, path)
			continue
		}
		require.Equal(t, 200, got.status, path)
		require.Contains(t, got.body, want)
	}
}

func TestTheFailuresPathIsThePathThatWasAsked(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, nil)
	for _, path := range []string{"/api/none", "/api/none/", "/api/%EA%B0%80", "/api/%FF%00", "/api/a%20b"} {
		require.Contains(t, f.send(t, "GET", path+"?token=secret", "").body, `"path":"`+path+`"`)
	}
}

func TestHeadIsGetWithoutItsBody(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	for _, path := range []string{"/api/posts", "/api/none", "/healthcheck/live"} {
		get, head := f.send(t, "GET", path, "", as("7")), f.send(t, "HEAD", path, "", as("7"))
		require.Equal(t, get.status, head.status, path)
		require.Empty(t, head.body)
		require.Equal(t, fmt.Sprint(len(get.body)), head.header.Get("Content-Length"), path)
		require.Equal(t, get.header.Get("X-Token-Refresh-Needed"), head.header.Get("X-Token-Refresh-Needed"))
	}
}

// Request lines that Go's client would not send.
func TestOddRequestLinesGetAnAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	for line, want := range map[string]int{
		"CONNECT example.com:443 HTTP/1.1":    404,
		"OPTIONS * HTTP/1.1":                  200, // net/http's own
		"GET http://localhost HTTP/1.1":       404,
		"GET http://localhost/api/x HTTP/1.1": 404,
		"GET /api/posts/%zz HTTP/1.1":         400, // net/http's own
		"BREW /api/posts HTTP/1.1":            405,
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(f.url, "http://"))
		require.NoError(t, err)
		_, err = conn.Write([]byte(line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
		require.NoError(t, err)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err, line)
		require.Equal(t, want, response.StatusCode, line)
		require.NoError(t, response.Body.Close())
		require.NoError(t, conn.Close())
	}
}

func TestInternalRoutesDoNotExistWithoutTheFleetsToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	require.Equal(t, 200, f.send(t, "POST", "/internal/ask", "{}", header("X-Internal-Token", "fleet-token")).status)
	for _, token := range []string{"", "fleet", "fleet-token-and-more", "FLEET-TOKEN"} {
		got := f.send(t, "POST", "/internal/ask", "{}", header("X-Internal-Token", token), as("7"))
		require.Equal(t, 404, got.status, token)
		require.Equal(t, "NOT_FOUND", got.code(t))
	}
	closed := newFixture(t, func(c *httpserver.Config) { c.InternalToken = "" }, shop)
	require.Equal(t, 404, closed.send(t, "POST", "/internal/ask", "{}", header("X-Internal-Token", "")).status, "no token is configured")
}

func TestRoutesListsTheSurface(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, shop)
	require.Subset(t, f.Routes(), []string{"GET /api/posts", "DELETE /api/posts/:id/like", "GET /healthcheck/live"})
}

func TestMistakesOfTheProgramAreFoundAtItsStart(t *testing.T) {
	t.Parallel()
	server, err := httpserver.New(httpserver.Config{})
	require.NoError(t, err)
	require.Panics(t, func() { server.Write(nil) }, "no book")
	require.Panics(t, func() { server.Authenticated() }, "no authenticator")
}
