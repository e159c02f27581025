package verify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	securityv1 "istio.io/client-go/pkg/apis/security/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	netv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
)

const publicPort = 8080

func TestWhatNoPolicyAllowsIsDenied(t *testing.T) {
	t.Parallel()
	policy := named[netv1.NetworkPolicy](t, rendered(t, fleet, values{}), "default-deny").Spec
	require.Empty(t, policy.PodSelector.MatchLabels)
	require.Equal(t, []netv1.PolicyType{netv1.PolicyTypeIngress, netv1.PolicyTypeEgress}, policy.PolicyTypes)
	require.Empty(t, policy.Ingress)
	require.Empty(t, policy.Egress)
	nothing := named[securityv1.AuthorizationPolicy](t, rendered(t, mesh, values{}), "dailyfeed-nothing")
	require.Nil(t, nothing.Spec.Selector)
	require.Empty(t, nothing.Spec.Rules)
}

func TestNetworkPoliciesLetInWhoCalls(t *testing.T) {
	t.Parallel()
	table, objects := readTables(t), rendered(t, fleet, values{})
	for _, name := range services() {
		policy := named[netv1.NetworkPolicy](t, objects, "dailyfeed-"+name+"-ingress").Spec
		requireSelects(t, objects, policy, name)
		var callers []string
		for _, rule := range policy.Ingress {
			require.NotEmpty(t, rule.From, "an empty list lets everybody in")
			require.NotEmpty(t, rule.Ports)
			if rule.Ports[0].Port.IntValue() != publicPort {
				continue
			}
			for _, peer := range rule.From {
				callers = append(callers, peerName(peer))
			}
		}
		require.ElementsMatch(t, table.callersOf(name), callers, name)
	}
}

func TestNetworkPoliciesLetOutWhereCallsGo(t *testing.T) {
	t.Parallel()
	table, objects := readTables(t), rendered(t, fleet, values{})
	for _, name := range services() {
		policy := named[netv1.NetworkPolicy](t, objects, "dailyfeed-"+name+"-egress").Spec
		requireSelects(t, objects, policy, name)
		var called, stores []string
		for _, rule := range policy.Egress {
			require.NotEmpty(t, rule.To, "an empty list lets everything out")
			peer := peerName(rule.To[0])
			switch {
			case slices.Contains(services(), peer):
				require.Equal(t, publicPort, rule.Ports[0].Port.IntValue())
				called = append(called, peer)
			case strings.HasPrefix(peer, "store "):
				stores = append(stores, strings.TrimPrefix(peer, "store "))
			}
		}
		require.ElementsMatch(t, table.Calls[name], called, name)
		require.ElementsMatch(t, table.Stores[name], stores, name)
	}
}

func TestAStoreLetsInTheFleetsPodsAndNobodyElse(t *testing.T) {
	t.Parallel()
	pods := podsOf(rendered(t, fleet, values{}))
	for store, port := range map[string]int{"mysql": 3306, "redis": 6379, "kafka": 9092, "mongodb": 27017} {
		objects := rendered(t, infraChart(store), values{})
		policy := named[netv1.NetworkPolicy](t, objects, store).Spec
		set := named[appsv1.StatefulSet](t, objects, store)
		require.True(t, labels.SelectorFromSet(policy.PodSelector.MatchLabels).Matches(labels.Set(set.Spec.Template.Labels)))
		require.Equal(t, []netv1.PolicyType{netv1.PolicyTypeIngress}, policy.PolicyTypes)
		require.Len(t, policy.Ingress, 1)
		require.Equal(t, port, policy.Ingress[0].Ports[0].Port.IntValue())
		require.EqualValues(t, port, named[corev1.Service](t, objects, store).Spec.Ports[0].Port)
		require.Len(t, policy.Ingress[0].From, 1)
		from := policy.Ingress[0].From[0]
		require.Equal(t, namespace, from.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
		for _, pod := range pods {
			require.True(t, labels.SelectorFromSet(from.PodSelector.MatchLabels).Matches(labels.Set(pod.template.Labels)), "%s to %s", pod.name, store)
		}
	}
}

func TestTracesGoWhereTheCollectorIs(t *testing.T) {
	t.Parallel()
	to := func(set values) (ports []int) {
		for _, rule := range named[netv1.NetworkPolicy](t, rendered(t, fleet, set), "dailyfeed-content-egress").Spec.Egress {
			if peerName(rule.To[0]) == "namespace monitoring" {
				ports = append(ports, rule.Ports[0].Port.IntValue())
			}
		}
		return ports
	}
	require.Empty(t, to(values{}))
	require.Equal(t, []int{4318}, to(values{"global": values{"networkPolicy": values{"traces": values{"namespace": "monitoring"}}}}))
}

// requireSelects fails unless the policy is about the service's pods and no others.
func requireSelects(t *testing.T, objects []runtime.Object, policy netv1.NetworkPolicySpec, service string) {
	t.Helper()
	selector := labels.SelectorFromSet(policy.PodSelector.MatchLabels)
	for _, d := range all[appsv1.Deployment](objects) {
		require.Equal(t, d.Name == "dailyfeed-"+service, selector.Matches(labels.Set(d.Spec.Template.Labels)), d.Name)
	}
}

// peerName is the name of a peer in the table of calls.
func peerName(peer netv1.NetworkPolicyPeer) string {
	pods := map[string]string{}
	if peer.PodSelector != nil {
		pods = peer.PodSelector.MatchLabels
	}
	if peer.NamespaceSelector != nil {
		switch space := peer.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"]; space {
		case "istio-ingress":
			return "ingress"
		case "dailyfeed-infra":
			return "store " + pods["app"]
		default:
			return "namespace " + space
		}
	}
	name := pods["app.kubernetes.io/name"] + pods["app"]
	return strings.TrimPrefix(name, "dailyfeed-")
}

func TestAuthorizationPoliciesLetInWhoCalls(t *testing.T) {
	t.Parallel()
	table := readTables(t)
	objects := rendered(t, mesh, values{"frontend": values{"enabled": true}})
	pods := rendered(t, fleet, values{})
	for _, name := range services() {
		policy := named[securityv1.AuthorizationPolicy](t, objects, "dailyfeed-"+name)
		template := named[appsv1.Deployment](t, pods, "dailyfeed-"+name).Spec.Template
		require.True(t, labels.SelectorFromSet(policy.Spec.Selector.MatchLabels).Matches(labels.Set(template.Labels)))
		var callers []string
		for _, rule := range policy.Spec.Rules {
			require.NotEmpty(t, rule.From)
			require.NotEmpty(t, rule.To)
			for _, from := range rule.From {
				callers = append(callers, from.Source.Principals...)
			}
		}
		require.ElementsMatch(t, principals(table.callersOf(name)), callers, name)
	}
}

// principals are the identities of callers.
func principals(callers []string) []string {
	var ids []string
	for _, caller := range callers {
		if caller == "ingress" {
			ids = append(ids, "cluster.local/ns/istio-ingress/sa/gateway")
			continue
		}
		ids = append(ids, "cluster.local/ns/"+namespace+"/sa/dailyfeed-"+caller)
	}
	return ids
}

func TestOnlyServicesSeeInternalPathsAndNobodyOutsideTheAdminPort(t *testing.T) {
	t.Parallel()
	set := values{"frontend": values{"enabled": true}, "monitoring": values{"namespace": "monitoring"}}
	scraped := 0
	for _, policy := range all[securityv1.AuthorizationPolicy](rendered(t, mesh, set)) {
		for _, rule := range policy.Spec.Rules {
			outside := slices.ContainsFunc(rule.From[0].Source.Principals, func(id string) bool {
				return strings.HasSuffix(id, "/gateway") || strings.HasSuffix(id, "-frontend")
			})
			operation := rule.To[0].Operation
			internal := slices.Contains(operation.Paths, "/internal/*")
			admin := slices.Contains(operation.Ports, "9080")
			require.False(t, outside && (internal || admin), "%s: %v", policy.Name, rule)
			require.Equal(t, internal, slices.Contains(operation.Paths, "/healthcheck/ready"), "%s: an open breaker looks there", policy.Name)
			require.Equal(t, admin, len(rule.From[0].Source.Namespaces) > 0, policy.Name)
			require.NotEmpty(t, operation.Paths, "%s: a rule without paths allows all", policy.Name)
			require.NotEmpty(t, operation.Ports, policy.Name)
			if admin {
				scraped++
			}
		}
	}
	require.Len(t, services(), scraped)
}

func TestAccountsInPoliciesAreThoseOfThePods(t *testing.T) {
	t.Parallel()
	for _, pod := range podsOf(rendered(t, fleet, values{})) {
		if pod.kind != "Job" { // a hook runs before the account is there, and calls no service
			require.Equal(t, "dailyfeed-"+pod.service(), pod.template.Spec.ServiceAccountName)
		}
	}
}
