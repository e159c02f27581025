//go:build cluster

package cluster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// runJobs shows the CronJobs at work: letters that no process sends leave by the
// drain at its own time, and keys are replaced.
func runJobs(t *testing.T, i installation, r *report) {
	db := open(t, i.stores.mysql.DSN("dailyfeed"))
	count := func(query string) int {
		var n int
		require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n), query)
		return n
	}
	// letters stay behind when their writers are gone before they are sent
	l := startLoad(t, i.url, 5, 10)
	within(t, time.Minute, "posts", func() (bool, string) { return l.sent.Load() > 100, l.summary() })
	_, err := db.ExecContext(t.Context(), "CREATE TRIGGER e2e_keep BEFORE DELETE ON content_publisher_dead_letters FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT='kept'")
	require.NoError(t, err)
	within(t, time.Minute, "letters that stay", func() (bool, string) {
		n := count("SELECT COUNT(*) FROM content_publisher_dead_letters")
		return n > 20, fmt.Sprint(n)
	})
	i.kubectl(t, "-n", app, "scale", "deployment", "dailyfeed-content", "--replicas=0")
	l.stop()
	within(t, 2*time.Minute, "content to be gone", func() (bool, string) {
		pods := i.kubectl(t, "-n", app, "get", "pods", "-l", "app=dailyfeed-content", "-o", "name")
		return pods == "", pods
	})
	letters := count("SELECT COUNT(*) FROM content_publisher_dead_letters")
	require.Positive(t, letters)
	_, err = db.ExecContext(t.Context(), "DROP TRIGGER e2e_keep")
	require.NoError(t, err)
	began := time.Now()
	within(t, 4*time.Minute, "the drain of its own time", func() (bool, string) {
		n := count("SELECT COUNT(*) FROM content_publisher_dead_letters WHERE parked_at IS NULL")
		return n == 0, fmt.Sprint(n, " letters left")
	})
	r.add("| %d letters of content, no writer running: drained by its CronJob after | %.0f s |", letters, time.Since(began).Seconds())
	i.kubectl(t, "-n", app, "scale", "deployment", "dailyfeed-content", "--replicas=2")
	i.kubectl(t, "-n", app, "rollout", "status", "deployment/dailyfeed-content", "--timeout=120s")

	for _, job := range []string{"member-rotate-keys", "member-clean-tokens", "content-ensure-topics", "content-delete-old-topics", "image-clean-orphans"} {
		before := count("SELECT COUNT(*) FROM jwt_keys")
		took := i.runNow(t, job)
		what := ""
		if job == "member-rotate-keys" {
			after := count("SELECT COUNT(*) FROM jwt_keys")
			require.Greater(t, after, before, "a new key is there")
			what = fmt.Sprintf(", %d keys before, %d after", before, after)
		}
		r.add("| CronJob %s, run at once | %.1f s%s |", job, took.Seconds(), what)
	}
	runs := i.kubectl(t, "-n", app, "get", "jobs", "-o", "jsonpath={range .items[*]}{.metadata.name}:{.status.succeeded}{\"\\n\"}{end}")
	require.Contains(t, runs, "drain-dead-letters")
	require.NotContains(t, i.kubectl(t, "-n", app, "get", "jobs"), "Failed")
}

// runNow starts a CronJob's Job by hand and waits for its end.
func (i installation) runNow(t *testing.T, name string) time.Duration {
	t.Helper()
	began := time.Now()
	job := "now-" + name
	i.kubectl(t, "-n", app, "create", "job", job, "--from=cronjob/dailyfeed-"+name)
	within(t, 2*time.Minute, job, func() (bool, string) {
		state := i.kubectl(t, "-n", app, "get", "job", job, "-o", "jsonpath={.status.succeeded}/{.status.failed}")
		if strings.HasPrefix(state, "1/") {
			return true, ""
		}
		logs, _ := i.try(t, "-n", app, "logs", "job/"+job, "--tail=3")
		return false, state + " " + logs
	})
	return time.Since(began)
}
