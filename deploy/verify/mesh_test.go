package verify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/durationpb"
	api "istio.io/api/networking/v1alpha3"
	security "istio.io/api/security/v1beta1"
	networkingv1 "istio.io/client-go/pkg/apis/networking/v1"
	securityv1 "istio.io/client-go/pkg/apis/security/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// same says that a duration of an object is the table's.
func same(t *testing.T, want string, got *durationpb.Duration) {
	t.Helper()
	d, err := time.ParseDuration(want)
	require.NoError(t, err)
	require.Equal(t, d, got.AsDuration())
}

func TestRoutesAreTheTables(t *testing.T) {
	t.Parallel()
	table, objects := readTables(t), rendered(t, mesh, values{})
	for _, name := range services() {
		service := named[networkingv1.VirtualService](t, objects, "dailyfeed-"+name)
		require.Equal(t, []string{"dailyfeed-" + name}, service.Spec.Hosts)
		last := service.Spec.Http[len(service.Spec.Http)-1]
		require.Empty(t, last.Match, "the last route takes the rest")
		requireRoute(t, table, name, last)
	}
}

// requireRoute holds a route to a service against its row.
func requireRoute(t *testing.T, table tables, name string, got *api.HTTPRoute) {
	t.Helper()
	want := table.Routes[name]
	require.Len(t, got.Route, 1)
	require.Equal(t, "dailyfeed-"+name, got.Route[0].Destination.Host)
	require.Equal(t, "v1", got.Route[0].Destination.Subset)
	require.EqualValues(t, 8080, got.Route[0].Destination.Port.Number)
	same(t, want.Timeout, got.Timeout)
	same(t, want.PerTryTimeout, got.Retries.PerTryTimeout)
	require.Equal(t, want.Attempts, got.Retries.Attempts)
	require.Equal(t, table.RetryOn[want.RetryOn], got.Retries.RetryOn)
	require.True(t, got.Retries.RetryRemoteLocalities.Value)
}

func TestDestinationsAreTheTables(t *testing.T) {
	t.Parallel()
	table, objects := readTables(t), rendered(t, mesh, values{})
	for _, name := range services() {
		policy := named[networkingv1.DestinationRule](t, objects, "dailyfeed-"+name).Spec.TrafficPolicy
		require.Equal(t, api.LoadBalancerSettings_LEAST_REQUEST, policy.LoadBalancer.GetSimple())
		requirePool(t, table.Pools[name], policy.ConnectionPool)
		require.Equal(t, table.Pools[name].MaxConnections, policy.ConnectionPool.Tcp.MaxConnections)
		same(t, table.TCP.ConnectTimeout, policy.ConnectionPool.Tcp.ConnectTimeout)
		alive := policy.ConnectionPool.Tcp.TcpKeepalive
		same(t, table.TCP.KeepaliveTime, alive.Time)
		same(t, table.TCP.KeepaliveInterval, alive.Interval)
		require.Equal(t, table.TCP.KeepaliveProbes, alive.Probes)
		out := policy.OutlierDetection
		require.Equal(t, table.Outlier.Consecutive5xxErrors, out.Consecutive_5XxErrors.Value)
		require.Equal(t, table.Outlier.ConsecutiveGatewayErrors, out.ConsecutiveGatewayErrors.Value)
		same(t, table.Outlier.Interval, out.Interval)
		same(t, table.Outlier.BaseEjectionTime, out.BaseEjectionTime)
		require.Equal(t, table.Outlier.MaxEjectionPercent, out.MaxEjectionPercent)
		require.Equal(t, table.Outlier.MinHealthPercent, out.MinHealthPercent)
		require.True(t, out.SplitExternalLocalOriginErrors)
	}
}

func requirePool(t *testing.T, want pool, got *api.ConnectionPoolSettings) {
	t.Helper()
	require.Equal(t, api.ConnectionPoolSettings_HTTPSettings_UPGRADE, got.Http.H2UpgradePolicy)
	require.Equal(t, want.HTTP1MaxPendingRequests, got.Http.Http1MaxPendingRequests)
	require.Equal(t, want.HTTP2MaxRequests, got.Http.Http2MaxRequests)
	require.Equal(t, want.MaxRequestsPerConnection, got.Http.MaxRequestsPerConnection)
	require.Equal(t, want.MaxRetries, got.Http.MaxRetries)
	same(t, want.IdleTimeout, got.Http.IdleTimeout)
}

func TestEveryHostOfTheMeshIsAService(t *testing.T) {
	t.Parallel()
	deployed := rendered(t, fleet, values{})
	for _, set := range []values{{}, {"canary": values{"content": 5}}} {
		objects := rendered(t, mesh, set)
		for _, rule := range all[networkingv1.DestinationRule](objects) {
			named[corev1.Service](t, deployed, rule.Spec.Host)
		}
		for _, service := range all[networkingv1.VirtualService](objects) {
			for _, host := range service.Spec.Hosts {
				if host != "*" {
					named[corev1.Service](t, deployed, host)
				}
			}
			for _, route := range service.Spec.Http {
				for _, to := range route.Route {
					requirePort(t, named[corev1.Service](t, deployed, to.Destination.Host), to.Destination.Port.Number)
				}
			}
		}
	}
}

func requirePort(t *testing.T, service *corev1.Service, number uint32) {
	t.Helper()
	for _, port := range service.Spec.Ports {
		if port.Port == int32(number) {
			return
		}
	}
	require.Fail(t, "no such port", "%s:%d", service.Name, number)
}

func TestEverySubsetsLabelsAreOnPods(t *testing.T) {
	t.Parallel()
	deployed := rendered(t, fleet, values{"content": values{"canary": values{"enabled": true, "tag": "next"}}})
	for _, rule := range all[networkingv1.DestinationRule](rendered(t, mesh, values{"canary": values{"content": 5}})) {
		service := named[corev1.Service](t, deployed, rule.Spec.Host)
		for _, subset := range rule.Spec.Subsets {
			selector := labels.SelectorFromSet(labels.Merge(service.Spec.Selector, subset.Labels))
			found := 0
			for _, d := range all[appsv1.Deployment](deployed) {
				if selector.Matches(labels.Set(d.Spec.Template.Labels)) {
					found++
				}
			}
			require.Equal(t, 1, found, "%s %s", rule.Name, subset.Name)
		}
	}
}

func TestACanarySharesTheRequests(t *testing.T) {
	t.Parallel()
	objects := rendered(t, mesh, values{"canary": values{"content": 5}})
	for _, name := range []string{"dailyfeed-content", "dailyfeed-ingress"} {
		for _, route := range named[networkingv1.VirtualService](t, objects, name).Spec.Http {
			if len(route.Route) == 0 || route.Route[0].Destination.Host != "dailyfeed-content" || route.Name == "admin" {
				continue
			}
			require.Len(t, route.Route, 2, route.Name)
			require.EqualValues(t, 95, route.Route[0].Weight)
			require.EqualValues(t, 5, route.Route[1].Weight)
			require.Equal(t, "v2", route.Route[1].Destination.Subset)
		}
	}
}

func TestOnlyMutualTLSIsSpoken(t *testing.T) {
	t.Parallel()
	all := all[securityv1.PeerAuthentication](rendered(t, mesh, values{}))
	require.Len(t, all, 1)
	require.Nil(t, all[0].Spec.Selector, "the whole namespace")
	require.Equal(t, security.PeerAuthentication_MutualTLS_STRICT, all[0].Spec.Mtls.Mode)
}

func TestTokensAreCheckedBeforeEveryService(t *testing.T) {
	t.Parallel()
	objects := rendered(t, mesh, values{})
	for _, name := range services() {
		rules := named[securityv1.RequestAuthentication](t, objects, "dailyfeed-"+name).Spec.JwtRules
		require.Len(t, rules, 1)
		require.Equal(t, "dailyfeed", rules[0].Issuer)
		require.Contains(t, rules[0].JwksUri, "/.well-known/jwks.json")
		require.True(t, rules[0].ForwardOriginalToken, "the service checks it, too")
	}
}

func TestWithoutAMeshNothingNeedsSidecars(t *testing.T) {
	t.Parallel()
	objects := rendered(t, mesh, values{"mesh": false})
	require.Empty(t, all[securityv1.PeerAuthentication](objects))
	require.Empty(t, all[securityv1.AuthorizationPolicy](objects))
	require.Empty(t, all[securityv1.RequestAuthentication](objects))
	require.Len(t, all[networkingv1.Gateway](objects), 1)
	for _, rule := range all[networkingv1.DestinationRule](objects) {
		// nobody would turn HTTP/2 into what the service speaks
		require.Equal(t, api.ConnectionPoolSettings_HTTPSettings_DO_NOT_UPGRADE, rule.Spec.TrafficPolicy.ConnectionPool.Http.H2UpgradePolicy)
	}
	for _, pod := range podsOf(rendered(t, fleet, values{"global": values{"mesh": false}})) {
		require.Equal(t, "false", pod.template.Labels["sidecar.istio.io/inject"], pod.name)
	}
}
