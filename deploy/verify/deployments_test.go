package verify_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// forEachService runs a check on the Deployment of every service.
func forEachService(t *testing.T, set values, check func(t *testing.T, name string, d *appsv1.Deployment)) {
	t.Helper()
	objects := rendered(t, fleet, set)
	for _, name := range services() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, name, named[appsv1.Deployment](t, objects, "dailyfeed-"+name))
		})
	}
}

func TestRequestsAndLimitsAreTheTables(t *testing.T) {
	t.Parallel()
	want := readTables(t).Resources
	forEachService(t, values{}, func(t *testing.T, name string, d *appsv1.Deployment) {
		got := d.Spec.Template.Spec.Containers[0].Resources
		for kind, list := range map[string]corev1.ResourceList{"requests": got.Requests, "limits": got.Limits} {
			table := map[string]map[string]string{"requests": want[name].Requests, "limits": want[name].Limits}[kind]
			require.Len(t, list, len(table))
			for name, amount := range table {
				quantity := list[corev1.ResourceName(name)]
				require.Zero(t, quantity.Cmp(quantityOf(amount)), "%s.%s is %s", kind, name, quantity.String())
			}
		}
	})
}

// quantityOf reads an amount of a table.
func quantityOf(amount string) resource.Quantity { return resource.MustParse(amount) }

func TestTheCollectorKnowsNineTenthsOfTheLimit(t *testing.T) {
	t.Parallel()
	forEachService(t, values{}, func(t *testing.T, _ string, d *appsv1.Deployment) {
		container := d.Spec.Template.Spec.Containers[0]
		text := environmentOf(container)["GOMEMLIMIT"].Value
		said, err := strconv.Atoi(strings.TrimSuffix(text, "MiB"))
		require.NoError(t, err)
		limit := container.Resources.Limits.Memory().Value() >> 20
		require.InDelta(t, float64(limit)*0.9, float64(said), 1)
	})
}

func TestNamesLabelsAndPorts(t *testing.T) {
	t.Parallel()
	objects := rendered(t, fleet, values{})
	for _, name := range services() {
		full := "dailyfeed-" + name
		pod := named[appsv1.Deployment](t, objects, full).Spec.Template
		require.Equal(t, full, pod.Labels["app"])
		require.Equal(t, "v1", pod.Labels["version"])
		for _, label := range []string{"name", "instance", "version", "component", "part-of", "managed-by"} {
			require.NotEmpty(t, pod.Labels["app.kubernetes.io/"+label], label)
		}
		main, alias := named[corev1.Service](t, objects, full), named[corev1.Service](t, objects, full+"-svc")
		for _, service := range []*corev1.Service{main, alias} {
			require.Equal(t, "http", service.Spec.Ports[0].Name)
			require.EqualValues(t, 8080, service.Spec.Ports[0].Port)
			require.True(t, labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(pod.Labels)))
		}
		require.EqualValues(t, 9080, main.Spec.Ports[1].Port)
		require.Len(t, alias.Spec.Ports, 1)
		require.Equal(t, []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}, {Name: "admin", ContainerPort: 9080}}, pod.Spec.Containers[0].Ports)
	}
}

func TestNoJobIsBehindAService(t *testing.T) {
	t.Parallel()
	objects := rendered(t, fleet, values{})
	for _, service := range all[corev1.Service](objects) {
		selector := labels.SelectorFromSet(service.Spec.Selector)
		for _, pod := range podsOf(objects) {
			if pod.kind != "Deployment" {
				require.False(t, selector.Matches(labels.Set(pod.template.Labels)), "%s selects %s", service.Name, pod.name)
			}
		}
	}
}

func TestPodsAreRestricted(t *testing.T) {
	t.Parallel()
	for _, pod := range podsOf(rendered(t, fleet, values{})) {
		spec := pod.template.Spec
		require.False(t, *spec.AutomountServiceAccountToken, pod.name)
		require.True(t, *spec.SecurityContext.RunAsNonRoot, pod.name)
		require.NotZero(t, *spec.SecurityContext.RunAsUser, pod.name)
		require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, spec.SecurityContext.SeccompProfile.Type, pod.name)
		require.False(t, spec.HostNetwork || spec.HostPID || spec.HostIPC, pod.name)
		for _, volume := range spec.Volumes {
			require.Nil(t, volume.HostPath, pod.name)
		}
		for _, container := range spec.Containers {
			require.False(t, *container.SecurityContext.AllowPrivilegeEscalation, pod.name)
			require.True(t, *container.SecurityContext.ReadOnlyRootFilesystem, pod.name)
			require.Equal(t, []corev1.Capability{"ALL"}, container.SecurityContext.Capabilities.Drop, pod.name)
			require.NotEmpty(t, container.Resources.Requests, pod.name)
			require.NotEmpty(t, container.Resources.Limits, pod.name)
		}
	}
}

func TestAServerIsProbedAndEndsInTime(t *testing.T) {
	t.Parallel()
	forEachService(t, values{}, func(t *testing.T, _ string, d *appsv1.Deployment) {
		container := d.Spec.Template.Spec.Containers[0]
		for path, probe := range map[string]*corev1.Probe{"startup": container.StartupProbe, "live": container.LivenessProbe, "ready": container.ReadinessProbe} {
			require.Equal(t, "/healthcheck/"+path, probe.HTTPGet.Path)
			require.GreaterOrEqual(t, probe.TimeoutSeconds, int32(3), "a check has 2 s by itself")
		}
		require.GreaterOrEqual(t, container.StartupProbe.FailureThreshold*container.StartupProbe.PeriodSeconds, int32(300), "stores may be late")
		const delay, work = 5, 20 // SHUTDOWN_DELAY, and what runs
		sleep := container.Lifecycle.PreStop.Sleep.Seconds
		require.Positive(t, sleep)
		require.Greater(t, *d.Spec.Template.Spec.TerminationGracePeriodSeconds, sleep+delay+work)
	})
}

func TestARolloutTakesNothingAway(t *testing.T) {
	t.Parallel()
	objects := rendered(t, fleet, values{})
	for _, name := range services() {
		d := named[appsv1.Deployment](t, objects, "dailyfeed-"+name)
		require.Equal(t, intstr.FromInt32(0), *d.Spec.Strategy.RollingUpdate.MaxUnavailable)
		spread := d.Spec.Template.Spec.TopologySpreadConstraints
		require.Len(t, spread, 2)
		for _, constraint := range spread {
			require.Equal(t, []string{"pod-template-hash"}, constraint.MatchLabelKeys, "pods that go do not count")
		}
		budget := named[policyv1.PodDisruptionBudget](t, objects, "dailyfeed-"+name)
		require.Equal(t, intstr.FromInt32(1), *budget.Spec.MaxUnavailable)
		require.True(t, labels.SelectorFromSet(budget.Spec.Selector.MatchLabels).Matches(labels.Set(d.Spec.Template.Labels)))
	}
}

func TestASidecarServesAsLongAsItsPod(t *testing.T) {
	t.Parallel()
	for _, pod := range podsOf(rendered(t, fleet, values{})) {
		config := pod.template.Annotations["proxy.istio.io/config"]
		if pod.template.Labels["sidecar.istio.io/inject"] != "true" {
			require.Empty(t, config, pod.name)
			continue
		}
		var said struct {
			Hold     bool              `json:"holdApplicationUntilProxyStarts"`
			Metadata map[string]string `json:"proxyMetadata"`
		}
		require.NoError(t, yaml.UnmarshalStrict([]byte(config), &said), pod.name)
		require.True(t, said.Hold, pod.name)
		require.Equal(t, "true", said.Metadata["EXIT_ON_ZERO_ACTIVE_CONNECTIONS"], pod.name)
	}
}

func TestReplicasAreTheAutoscalersOrTheCharts(t *testing.T) {
	t.Parallel()
	forEachService(t, values{}, func(t *testing.T, _ string, d *appsv1.Deployment) { require.Nil(t, d.Spec.Replicas) })
	forEachService(t, values{"global": values{"autoscaling": false}}, func(t *testing.T, _ string, d *appsv1.Deployment) {
		require.EqualValues(t, 2, *d.Spec.Replicas)
	})
}

func TestPodsAreReplacedWhenSettingsChange(t *testing.T) {
	t.Parallel()
	annotation := func(set values) string {
		d := named[appsv1.Deployment](t, rendered(t, fleet, set), "dailyfeed-member")
		return d.Spec.Template.Annotations["checksum/config"] + d.Spec.Template.Annotations["checksum/secrets"]
	}
	before := annotation(values{})
	require.Equal(t, before, annotation(values{}))
	require.NotEqual(t, before, annotation(values{"global": values{"config": values{"redis-config": values{"REDIS_ADDR": "elsewhere:6379"}}}}))
	require.NotEqual(t, before, annotation(values{"global": values{"secretsChecksum": "1"}}))
}

func TestOneServiceCanBeInstalledAlone(t *testing.T) {
	t.Parallel()
	for _, name := range services() {
		alone := rendered(t, serviceChart(name), values{})
		deployments := all[appsv1.Deployment](alone)
		require.Len(t, deployments, 1)
		fleet := named[appsv1.Deployment](t, rendered(t, fleet, values{}), deployments[0].Name)
		deployments[0].Spec.Template.Labels["app.kubernetes.io/instance"] = fleet.Spec.Template.Labels["app.kubernetes.io/instance"]
		require.Equal(t, fleet.Spec, deployments[0].Spec)
	}
}

func TestACanaryIsSubsetV2OfItsService(t *testing.T) {
	t.Parallel()
	objects := rendered(t, fleet, values{"content": values{"canary": values{"enabled": true, "tag": "next"}}})
	canary := named[appsv1.Deployment](t, objects, "dailyfeed-content-canary")
	require.Equal(t, "v2", canary.Spec.Template.Labels["version"])
	require.True(t, strings.HasSuffix(canary.Spec.Template.Spec.Containers[0].Image, ":next"))
	service := named[corev1.Service](t, objects, "dailyfeed-content")
	require.True(t, labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(canary.Spec.Template.Labels)))
	stable := named[appsv1.Deployment](t, objects, "dailyfeed-content")
	require.False(t, labels.SelectorFromSet(stable.Spec.Selector.MatchLabels).Matches(labels.Set(canary.Spec.Template.Labels)))
}
