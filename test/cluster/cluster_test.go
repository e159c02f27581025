//go:build cluster

package cluster_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/smoke"
)

// TestCluster is one story on one installation: each part needs what the one
// before it left.
//
//nolint:paralleltest // one cluster
func TestCluster(t *testing.T) {
	i := prepare(t, "off", "--no-autoscaling")
	r := newReport(t, "Without a mesh")
	r.add("| what | figure |")
	r.add("|---|---|")

	t.Run("the API server takes every object", func(t *testing.T) {
		for _, chart := range []string{"helm/dailyfeed", "hpa", "istio", "helm/infra/mysql", "helm/infra/redis", "helm/infra/kafka", "helm/infra/mongodb"} {
			output(t, "bash", "-euo", "pipefail", "-c", `helm template x "$1" -n default --kube-version "$3" 2>/dev/null | kubectl --context "$2" -n default apply --dry-run=server --validate=strict -f -`,
				"bash", filepath.Join(i.root, "deploy", chart), i.context, "1.34.0")
		}
		r.add("| objects of all charts, checked by the API server (dry run, strict) | all taken |")
	})
	require.True(t, t.Run("install", func(t *testing.T) {
		r.add("| installed by the installer, images loaded, 12 pods, migrations and its smoke test | %.0f s |", i.install(t, i.tags[0]).Seconds())
	}))
	t.Run("install again", func(t *testing.T) {
		before := i.podIDs(t)
		took := i.install(t, i.tags[0], "--seed")
		require.Equal(t, before, i.podIDs(t), "the same pods run")
		r.add("| the same command again: the same pods, not one replaced | %.0f s |", took.Seconds())
	})
	t.Run("smoke", func(t *testing.T) {
		began := time.Now()
		require.NoError(t, smoke.Run(t.Context(), smoke.Config{Edge: i.url, Out: testWriter{t}, SearchWithin: 10 * time.Second, ActivityWithin: 10 * time.Second}))
		r.add("| the whole smoke story through the ingress | %.1f s |", time.Since(began).Seconds())
	})
	t.Run("upgrade under load", func(t *testing.T) {
		l := startLoad(t, i.url, 5, 4)
		took := i.install(t, i.tags[1])
		l.stop()
		r.add("| upgrade to a second tag under load, every pod replaced | %.0f s; %s |", took.Seconds(), l.summary())
		require.Zero(t, l.failed.Load(), "%v", l.failures)
		within(t, 2*time.Minute, "the last old pods to end", func() (bool, string) {
			images := i.images(t)
			return !strings.Contains(images, i.tags[0]), images
		})
	})
	t.Run("a killed pod", func(t *testing.T) { killPod(t, i, r) })
	t.Run("jobs", func(t *testing.T) { runJobs(t, i, r) })
	t.Run("scaling", func(t *testing.T) { scale(t, i, r) })
	t.Run("resources", func(t *testing.T) { r.add("| memory and processor per pod, after all of this | `%s` |", i.top(t)) })
	t.Run("uninstall", func(t *testing.T) {
		r.add("| uninstalled | %.0f s |", i.uninstall(t).Seconds())
		left, err := i.try(t, "get", "namespace", app, infra, "--ignore-not-found", "-o", "name")
		require.NoError(t, err)
		require.Empty(t, strings.TrimSpace(left))
		for _, kind := range []string{"clusterroles", "clusterrolebindings", "customresourcedefinitions", "validatingwebhookconfigurations"} {
			require.NotContains(t, i.kubectl(t, "get", kind, "-o", "name"), app, kind)
		}
	})
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(text []byte) (int, error) {
	w.t.Log(strings.TrimSuffix(string(text), "\n"))
	return len(text), nil
}

const servers = "app.kubernetes.io/component=server"

// podIDs are those of the servers, in the order of their names.
func (i installation) podIDs(t *testing.T) []string {
	t.Helper()
	return strings.Fields(i.kubectl(t, "-n", app, "get", "pods", "-l", servers, "--sort-by=.metadata.name", "-o", "jsonpath={.items[*].metadata.uid}"))
}

func (i installation) images(t *testing.T) string {
	t.Helper()
	return i.kubectl(t, "-n", app, "get", "pods", "-l", servers, "-o", "jsonpath={.items[*].spec.containers[0].image}")
}

func (i installation) top(t *testing.T) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(i.kubectl(t, "-n", app, "top", "pods", "--no-headers")), "\n")
	for n, line := range lines {
		lines[n] = strings.Join(strings.Fields(line), " ")
	}
	return strings.Join(lines, "; ")
}

// killPod deletes a pod of content without a warning while requests run.
func killPod(t *testing.T, i installation, r *report) {
	l := startLoad(t, i.url, 5, 4)
	pods := strings.Fields(i.kubectl(t, "-n", app, "get", "pods", "-l", "app=dailyfeed-content", "-o", "jsonpath={.items[*].metadata.name}"))
	began := time.Now()
	i.kubectl(t, "-n", app, "delete", "pod", pods[0], "--grace-period=0", "--force")
	within(t, 2*time.Minute, "two ready pods of content", func() (bool, string) {
		ready := i.kubectl(t, "-n", app, "get", "deployment", "dailyfeed-content", "-o", "jsonpath={.status.readyReplicas}/{.status.unavailableReplicas}")
		names := i.kubectl(t, "-n", app, "get", "pods", "-l", "app=dailyfeed-content", "-o", "jsonpath={.items[*].metadata.name}")
		return ready == "2/" && !strings.Contains(names, pods[0]), ready + " " + names
	})
	healed := time.Since(began)
	l.stop()
	r.add("| a pod of content killed without grace under load: two ready again | %.1f s; %s |", healed.Seconds(), l.summary())
	require.NoError(t, smoke.Run(t.Context(), smoke.Config{Edge: i.url, Out: testWriter{t}, SearchWithin: 10 * time.Second, ActivityWithin: 10 * time.Second}))
}
