package verify_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	networkingv1 "istio.io/client-go/pkg/apis/networking/v1"
	securityv1 "istio.io/client-go/pkg/apis/security/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	netv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

// known are the kinds that deploy/ may render, each with its own Go type.
func known() map[string]func() runtime.Object {
	return map[string]func() runtime.Object{
		"v1/ConfigMap":                               func() runtime.Object { return &corev1.ConfigMap{} },
		"v1/Service":                                 func() runtime.Object { return &corev1.Service{} },
		"v1/ServiceAccount":                          func() runtime.Object { return &corev1.ServiceAccount{} },
		"v1/PersistentVolumeClaim":                   func() runtime.Object { return &corev1.PersistentVolumeClaim{} },
		"apps/v1/Deployment":                         func() runtime.Object { return &appsv1.Deployment{} },
		"apps/v1/StatefulSet":                        func() runtime.Object { return &appsv1.StatefulSet{} },
		"batch/v1/Job":                               func() runtime.Object { return &batchv1.Job{} },
		"batch/v1/CronJob":                           func() runtime.Object { return &batchv1.CronJob{} },
		"policy/v1/PodDisruptionBudget":              func() runtime.Object { return &policyv1.PodDisruptionBudget{} },
		"networking.k8s.io/v1/NetworkPolicy":         func() runtime.Object { return &netv1.NetworkPolicy{} },
		"autoscaling/v2/HorizontalPodAutoscaler":     func() runtime.Object { return &autoscalingv2.HorizontalPodAutoscaler{} },
		"networking.istio.io/v1/VirtualService":      func() runtime.Object { return &networkingv1.VirtualService{} },
		"networking.istio.io/v1/DestinationRule":     func() runtime.Object { return &networkingv1.DestinationRule{} },
		"networking.istio.io/v1/Gateway":             func() runtime.Object { return &networkingv1.Gateway{} },
		"security.istio.io/v1/PeerAuthentication":    func() runtime.Object { return &securityv1.PeerAuthentication{} },
		"security.istio.io/v1/AuthorizationPolicy":   func() runtime.Object { return &securityv1.AuthorizationPolicy{} },
		"security.istio.io/v1/RequestAuthentication": func() runtime.Object { return &securityv1.RequestAuthentication{} },
	}
}

// decode reads one object strictly: an unknown field, a field twice (so a variable
// of an environment twice, too) and a wrong type fail.
func decode(t *testing.T, text string) runtime.Object {
	t.Helper()
	var kind metav1.TypeMeta
	require.NoError(t, yaml.Unmarshal([]byte(text), &kind))
	fresh, found := known()[kind.APIVersion+"/"+kind.Kind]
	require.True(t, found, "%s %s is of no known kind:\n%s", kind.APIVersion, kind.Kind, text)
	object := fresh()
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), object), text)
	return object
}

// rendered are all objects of a chart, decoded. Both Helms render the same, which
// has its own test, so one is enough.
func rendered(t *testing.T, c chart, set values) []runtime.Object {
	t.Helper()
	var objects []runtime.Object
	for _, text := range documents(t, helms()[1], c, set) {
		objects = append(objects, decode(t, text))
	}
	return objects
}

// all picks the objects of a type.
func all[T any](objects []runtime.Object) []*T {
	var picked []*T
	for _, object := range objects {
		if one, ok := object.(any).(*T); ok {
			picked = append(picked, one)
		}
	}
	return picked
}

// named is the object of a type with that name.
func named[T any](t *testing.T, objects []runtime.Object, name string) *T {
	t.Helper()
	for _, one := range all[T](objects) {
		if object, ok := any(one).(metav1.Object); ok && object.GetName() == name {
			return one
		}
	}
	require.Fail(t, "no such object", "%T %s", *new(T), name)
	return nil
}

// whole is the fleet with everything on.
func whole(t *testing.T) []runtime.Object {
	t.Helper()
	objects := rendered(t, fleet, values{})
	objects = append(objects, rendered(t, scaler, values{"targets": values{"frontend": values{"enabled": true}}})...)
	return append(objects, rendered(t, mesh, values{"frontend": values{"enabled": true}})...)
}

func TestEveryObjectIsOfItsAPI(t *testing.T) {
	t.Parallel()
	for _, c := range charts() {
		for _, h := range helms() {
			for _, text := range documents(t, h, c, values{}) {
				decode(t, text)
			}
		}
	}
}

func TestNoObjectIsTwice(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, object := range whole(t) {
		meta, ok := object.(metav1.Object)
		require.True(t, ok)
		key := object.GetObjectKind().GroupVersionKind().String() + " " + meta.GetName()
		require.False(t, seen[key], key)
		seen[key] = true
	}
}
