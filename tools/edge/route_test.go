package edge

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	to := func(s Service) decision { return decision{target: toService, service: s} }
	proxied := func(s Service) decision { return decision{target: toService, service: s, proxied: true} }
	frontend, refused := decision{target: toFrontend}, decision{}

	for path, want := range map[string]decision{
		"/api/authentication/login":          to(Member),
		"/api/members":                       to(Member),
		"/api/members/":                      to(Member),
		"/api/members/profile/@kim":          to(Member),
		"/api/members/profile/%40kim":        to(Member),
		"/api/token/refresh":                 to(Member),
		"/.well-known/jwks.json":             to(Member),
		"/.well-known/jwks.json/":            to(Member),
		"/api/posts":                         to(Content),
		"/api/posts/7/like":                  to(Content),
		"/api/comments/replies":              to(Content),
		"/api/timeline/posts":                to(Timeline),
		"/api/search/posts/":                 to(Search),
		"/api/images/view/a":                 to(Image),
		"/api/activity/stream":               to(Activity),
		"/api/member-activities/posts":       to(Activity),
		"/api/proxy/posts/7":                 proxied(Content),
		"/api/proxy/token/refresh":           proxied(Member),
		"/api/proxy/search/posts":            proxied(Search),
		"/":                                  frontend,
		"/login":                             frontend,
		"/_next/static/%5Bid%5D.js":          frontend,
		"/apiary":                            frontend,
		"/api":                               refused,
		"/api/":                              refused,
		"/api/unknown":                       refused,
		"/api/postsmith":                     refused,
		"/api/proxy":                         refused,
		"/api/proxy/":                        refused,
		"/api/proxy/proxy/posts":             refused,
		"/api/proxy/internal/tokens":         refused,
		"/internal":                          refused,
		"/internal/tokens/introspect":        refused,
		"/metrics":                           refused,
		"/healthcheck/ready":                 refused,
		"/debug/pprof":                       refused,
		"/api/posts/../../internal":          refused,
		"/api/posts/..":                      refused,
		"/api/./posts":                       refused,
		"/api/posts/%2e%2e/%2e%2e/internal":  refused,
		"/api/posts/%2E%2E%2Finternal":       refused,
		"/api/posts/..%2f..%2finternal":      refused,
		"/api/posts/%252e%252e/internal":     refused,
		"/api/posts//internal":               refused,
		"//internal":                         refused,
		"/%69nternal/tokens":                 refused,
		"/%2finternal":                       refused,
		"/api/proxy//internal":               refused,
		"/api/proxy/../../internal/x":        refused,
		"/api/posts/..%5c..%5cinternal":      refused,
		"/api/posts/;/../internal":           refused,
		"/api/posts;x=1/internal":            refused,
		"/api/posts/%00":                     refused,
		"/login/../internal":                 refused,
		"/.well-known/../internal":           refused,
		"/.well-known/openid-configuration":  frontend,
		"/api/images/view/..%2f..%2fsecrets": refused,
	} {
		parsed, err := url.ParseRequestURI(path)
		require.NoError(t, err, path)
		require.Equal(t, want, decide(parsed.EscapedPath(), parsed.Path), path)
	}
}

// FuzzNothingHiddenIsReachable holds for every spelling: where a request goes,
// the path that the upstream sees is below a route when read plainly.
func FuzzNothingHiddenIsReachable(f *testing.F) {
	for _, seed := range []string{"/api/posts/7", "/api/posts/%2e%2e/internal", "/api/proxy//internal", "/%69nternal", "/api/proxy/posts/..;/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		parsed, err := url.ParseRequestURI(raw)
		if err != nil {
			t.Skip()
		}
		d := decide(parsed.EscapedPath(), parsed.Path)
		if d.target == nowhere {
			return
		}
		path, escaped := parsed.Path, parsed.EscapedPath()
		if d.proxied {
			path, escaped = unproxied(path), unproxied(escaped)
		}
		for _, spelling := range spellings(path, escaped) {
			require.False(t, under(spelling, hidden...), "%q is read as %q", raw, spelling)
			if d.target == toService {
				require.True(t, strings.TrimSuffix(spelling, "/") == jwksPath || under(spelling, apiPrefix), "%q is read as %q", raw, spelling)
			}
		}
	})
}

// spellings are the ways in which a server could read a path.
func spellings(path, escaped string) []string {
	all := []string{path}
	for _, p := range []string{path, escaped} {
		all = append(all, (&url.URL{Path: p}).JoinPath().Path)
		if decoded, err := url.PathUnescape(p); err == nil {
			all = append(all, decoded, (&url.URL{Path: decoded}).JoinPath().Path)
		}
	}
	return all
}
