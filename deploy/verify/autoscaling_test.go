package verify_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
)

func TestAutoscalersAreTheTables(t *testing.T) {
	t.Parallel()
	table := readTables(t)
	objects := rendered(t, scaler, values{"targets": values{"frontend": values{"enabled": true}}})
	require.Len(t, objects, len(table.Autoscaling))
	for name, want := range table.Autoscaling {
		spec := named[autoscalingv2.HorizontalPodAutoscaler](t, objects, "dailyfeed-"+name).Spec
		require.Equal(t, autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "dailyfeed-" + name}, spec.ScaleTargetRef)
		require.Equal(t, want.Min, *spec.MinReplicas)
		require.Equal(t, want.Max, spec.MaxReplicas)
		require.Len(t, spec.Metrics, 2)
		require.Equal(t, want.CPU, utilization(t, spec, corev1.ResourceCPU))
		require.Equal(t, want.Memory, utilization(t, spec, corev1.ResourceMemory))
		requirePace(t, table.AutoscalingPaces[want.Up], spec.Behavior.ScaleUp)
		requirePace(t, table.AutoscalingPaces["down"], spec.Behavior.ScaleDown)
	}
}

func utilization(t *testing.T, spec autoscalingv2.HorizontalPodAutoscalerSpec, name corev1.ResourceName) int32 {
	t.Helper()
	for _, metric := range spec.Metrics {
		if metric.Resource.Name == name {
			return *metric.Resource.Target.AverageUtilization
		}
	}
	require.Fail(t, "no metric", name)
	return 0
}

func requirePace(t *testing.T, want pace, got *autoscalingv2.HPAScalingRules) {
	t.Helper()
	require.Equal(t, want.Window, *got.StabilizationWindowSeconds)
	require.Equal(t, want.Select, string(*got.SelectPolicy))
	require.Equal(t, []autoscalingv2.HPAScalingPolicy{
		{Type: autoscalingv2.PodsScalingPolicy, Value: want.Pods, PeriodSeconds: want.Period},
		{Type: autoscalingv2.PercentScalingPolicy, Value: want.Percent, PeriodSeconds: want.Period},
	}, got.Policies)
}

func TestEveryAutoscalersTargetIsThereWithRequests(t *testing.T) {
	t.Parallel()
	objects := whole(t)
	for _, hpa := range all[autoscalingv2.HorizontalPodAutoscaler](objects) {
		if hpa.Name == "dailyfeed-frontend" { // another repository's
			continue
		}
		d := named[appsv1.Deployment](t, objects, hpa.Spec.ScaleTargetRef.Name)
		require.Nil(t, d.Spec.Replicas)
		for _, metric := range hpa.Spec.Metrics {
			quantity := d.Spec.Template.Spec.Containers[0].Resources.Requests[metric.Resource.Name]
			require.False(t, quantity.IsZero(), "%s of %s", metric.Resource.Name, d.Name)
		}
	}
}

func TestAFrontendThatIsNotInstalledIsNotScaled(t *testing.T) {
	t.Parallel()
	require.Len(t, rendered(t, scaler, values{}), len(services()))
}
