//go:build cluster

package cluster_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// scale turns the autoscalers on, loads the fleet until timeline has more replicas,
// stops, and waits until it is back at two.
func scale(t *testing.T, i installation, r *report) {
	scaling := filepath.Join(t.TempDir(), "nothing.yaml")
	require.NoError(t, os.WriteFile(scaling, []byte("{}\n"), 0o600))
	i.extra = nil // without --no-autoscaling
	i.install(t, i.tags[1], "--values", scaling)
	r.add("")
	r.add("Autoscaling of timeline (15m requested): seconds, replicas, what the autoscaler saw, requests")
	r.add("")
	r.add("| s | replicas | cpu / 70 %%, memory / 90 %% of requests | load |")
	r.add("|---|---|---|---|")
	began := time.Now()
	state := func() (replicas string, seen string) {
		replicas = i.kubectl(t, "-n", app, "get", "deployment", "dailyfeed-timeline", "-o", "jsonpath={.status.readyReplicas}")
		seen = i.kubectl(t, "-n", app, "get", "hpa", "dailyfeed-timeline", "-o", "jsonpath={.status.currentMetrics[*].resource.current.averageUtilization}")
		return replicas, strings.Join(strings.Fields(seen), " %, ")
	}
	last, noted := "", time.Time{}
	note := func(l *load) string {
		replicas, seen := state()
		if replicas != last || time.Since(noted) > 30*time.Second {
			r.add("| %.0f | %s | %s %% | %s |", time.Since(began).Seconds(), replicas, seen, l.summary())
			last, noted = replicas, time.Now()
		}
		return replicas
	}
	idle := &load{cancel: func() {}}
	within(t, 3*time.Minute, "metrics of two replicas", func() (bool, string) {
		_, seen := state()
		return seen != "", note(idle)
	})
	l := startLoad(t, i.url, 12, 12)
	within(t, 5*time.Minute, "more than two replicas", func() (bool, string) {
		replicas := note(l)
		return replicas > "2" || len(replicas) > 1, replicas
	})
	l.stop()
	r.add("| %.0f | load ends | | %s; %v |", time.Since(began).Seconds(), l.summary(), l.failures)
	within(t, 12*time.Minute, "two replicas again", func() (bool, string) {
		replicas := note(l)
		return replicas == "2", replicas
	})
	r.add("")
	r.add("| what | figure |")
	r.add("|---|---|")
	require.Zero(t, l.failed.Load(), "%v", l.failures)
}
