package verify_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	api "istio.io/api/networking/v1alpha3"
	networkingv1 "istio.io/client-go/pkg/apis/networking/v1"
)

// answer is the route that takes a path, as the proxy chooses it: the first that
// matches; what the path becomes.
func answer(t *testing.T, routes []*api.HTTPRoute, path string) (*api.HTTPRoute, string) {
	t.Helper()
	for _, route := range routes {
		if !takes(route, path) {
			continue
		}
		if rewrite := route.Rewrite.GetUriRegexRewrite(); rewrite != nil {
			replacement := strings.ReplaceAll(rewrite.Rewrite, `\1`, "$1")
			path = regexp.MustCompile(rewrite.Match).ReplaceAllString(path, replacement)
		}
		return route, path
	}
	return nil, path
}

func takes(route *api.HTTPRoute, path string) bool {
	if len(route.Match) == 0 {
		return true
	}
	for _, match := range route.Match {
		switch uri := match.Uri.MatchType.(type) {
		case *api.StringMatch_Exact:
			if path == uri.Exact {
				return true
			}
		case *api.StringMatch_Prefix:
			if strings.HasPrefix(path, uri.Prefix) {
				return true
			}
		case *api.StringMatch_Regex:
			if regexp.MustCompile("^(?:" + uri.Regex + ")$").MatchString(path) {
				return true
			}
		}
	}
	return false
}

func ingress(t *testing.T, set values) []*api.HTTPRoute {
	t.Helper()
	return named[networkingv1.VirtualService](t, rendered(t, mesh, set), "dailyfeed-ingress").Spec.Http
}

func TestTheIngressSendsTheAPIToItsServices(t *testing.T) {
	t.Parallel()
	table := readTables(t)
	routes := ingress(t, values{})
	for word, service := range table.API {
		for _, path := range []string{"/api/" + word, "/api/" + word + "/1/2", "/api/proxy/" + word, "/api/proxy/" + word + "/1/2"} {
			route, becomes := answer(t, routes, path)
			require.NotNil(t, route, path)
			requireRoute(t, table, service, route)
			require.Equal(t, strings.Replace(path, "/api/proxy/", "/api/", 1), becomes)
		}
	}
	route, _ := answer(t, routes, "/.well-known/jwks.json")
	requireRoute(t, table, "member", route)
}

func TestTheIngressShowsNothingOfTheInside(t *testing.T) {
	t.Parallel()
	for _, set := range []values{{}, {"frontend": values{"enabled": true}}} {
		routes := ingress(t, set)
		for _, path := range []string{"/internal", "/internal/members/1/followers", "/metrics", "/debug/pprof/heap", "/healthcheck/ready"} {
			route, _ := answer(t, routes, path)
			require.EqualValues(t, 404, route.DirectResponse.GetStatus(), path)
		}
		for _, path := range []string{"/api", "/api/", "/api/internal", "/api/postsx", "/api/proxy", "/api/proxy/internal/x", "/api/unknown"} {
			route, _ := answer(t, routes, path)
			require.EqualValues(t, 404, route.DirectResponse.GetStatus(), path)
			require.Contains(t, route.DirectResponse.Body.GetString_(), `"resultCode":"FAIL"`)
		}
	}
}

func TestTheFleetsOwnTokenDoesNotComeFromOutside(t *testing.T) {
	t.Parallel()
	for _, route := range ingress(t, values{"frontend": values{"enabled": true}}) {
		require.Contains(t, route.Headers.Request.Remove, "x-internal-token", route.Name)
	}
}

func TestTheRestGoesToTheFrontendWhereItIsInstalled(t *testing.T) {
	t.Parallel()
	route, _ := answer(t, ingress(t, values{}), "/feed")
	require.Nil(t, route)
	route, _ = answer(t, ingress(t, values{"frontend": values{"enabled": true}}), "/feed")
	require.Equal(t, "dailyfeed-frontend", route.Route[0].Destination.Host)
}

func TestTheGatewaysSelectorIsTheOperators(t *testing.T) {
	t.Parallel()
	objects := rendered(t, mesh, values{"gateway": values{"selector": values{"istio": nil, "app": "edge"}, "credentialName": "tls"}})
	gateway := &named[networkingv1.Gateway](t, objects, "dailyfeed").Spec
	require.Equal(t, map[string]string{"app": "edge"}, gateway.Selector)
	require.Len(t, gateway.Servers, 2)
	require.True(t, gateway.Servers[0].Tls.HttpsRedirect)
}

func TestTheControlPlaneGetsTheKeysAlsoWhereAllElseIsSentToHTTPS(t *testing.T) {
	t.Parallel()
	const host = "gateway.istio-ingress.svc.cluster.local"
	objects := rendered(t, mesh, values{"gateway": values{"credentialName": "tls"}})
	gateway := &named[networkingv1.Gateway](t, objects, "dailyfeed-keys").Spec
	require.Len(t, gateway.Servers, 1)
	require.Nil(t, gateway.Servers[0].Tls)
	require.Equal(t, []string{host}, gateway.Servers[0].Hosts)
	routes := &named[networkingv1.VirtualService](t, objects, "dailyfeed-keys").Spec
	require.Equal(t, []string{host}, routes.Hosts)
	route, _ := answer(t, routes.Http, "/.well-known/jwks.json")
	requireRoute(t, readTables(t), "member", route)
	route, _ = answer(t, routes.Http, "/api/members")
	require.Nil(t, route, "the keys alone")
	require.Len(t, all[networkingv1.Gateway](rendered(t, mesh, values{})), 1, "needed with HTTPS only")
}
