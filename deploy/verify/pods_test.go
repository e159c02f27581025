package verify_test

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// pod is a template of pods and what makes them.
type pod struct {
	kind, name string
	template   corev1.PodTemplateSpec
}

// podsOf are the templates of all that runs.
func podsOf(objects []runtime.Object) []pod {
	var pods []pod
	for _, d := range all[appsv1.Deployment](objects) {
		pods = append(pods, pod{"Deployment", d.Name, d.Spec.Template})
	}
	for _, j := range all[batchv1.Job](objects) {
		pods = append(pods, pod{"Job", j.Name, j.Spec.Template})
	}
	for _, j := range all[batchv1.CronJob](objects) {
		pods = append(pods, pod{"CronJob", j.Name, j.Spec.JobTemplate.Spec.Template})
	}
	return pods
}

// service is the service that the pod is of.
func (p pod) service() string { return p.template.Spec.Containers[0].Name }

func environmentOf(container corev1.Container) map[string]corev1.EnvVar {
	byName := map[string]corev1.EnvVar{}
	for _, variable := range container.Env {
		byName[variable.Name] = variable
	}
	return byName
}
