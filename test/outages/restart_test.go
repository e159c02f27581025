package outages_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

var (
	restarts = flag.Int("restarts", 0, "restarts of every service, replica after replica; 0 leaves it out")
	rate     = flag.Int("rate", 60, "requests a second while services are restarted; 0 is as many as are answered")
	requests = flag.Int("requests", 0, "requests at least; 0 is as many as the restarts take")
)

// Every service is restarted again and again, one replica after the other, while
// clients use all endpoints; in the middle the signing key is rotated and the
// schema migrated. No request fails.
func TestARollingRestartLosesNoRequest(t *testing.T) { //nolint:paralleltest // restarts under all
	if *restarts == 0 {
		return // make restarts
	}
	w := populated(t)
	l := startLoad(t, w, clients, *rate)
	begin := time.Now()
	for round := range *restarts {
		if round == *restarts/2 {
			rotateAndMigrate(t)
		}
		for _, service := range services {
			restart(t, service+replicaOf(round))
		}
	}
	if *requests > 0 {
		require.Eventually(t, func() bool { return l.so() >= *requests }, time.Hour, 100*time.Millisecond)
	}
	l.end()
	all := l.next().of()
	t.Logf("%d restarts of every service in %s: %d requests, %d failed (%s), p99 %s",
		*restarts, time.Since(begin).Round(time.Second), all.well+all.failed(), all.failed(), all.codes(), all.p99())
	require.Zero(t, all.failed(), all.codes())
}

// replicaOf is the suffix of the replica whose turn it is.
func replicaOf(round int) string {
	if round%2 == 0 {
		return ""
	}
	return "-2"
}

// so is how many requests were answered so far.
func (l *load) so() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.record.mu.Lock()
	defer l.record.mu.Unlock()
	return l.record.total
}

// restart ends a replica as a rolling update does, and waits for its successor.
func restart(t *testing.T, replica string) {
	t.Helper()
	old := status(replica)
	require.NoError(t, syscall.Kill(old.Pid, syscall.SIGTERM))
	require.Eventually(t, func() bool {
		now := status(replica)
		return now.State == supervisor.Ready && now.Pid != old.Pid && now.Restarts > old.Restarts
	}, 3*time.Minute, 10*time.Millisecond, "%s does not come back", replica)
}

func status(name string) supervisor.Status {
	for _, s := range home.Statuses() {
		if s.Name == name {
			return s
		}
	}
	return supervisor.Status{}
}

// rotateAndMigrate does what a release's jobs do, with the programs and the
// settings of the running services.
func rotateAndMigrate(t *testing.T) {
	t.Helper()
	job(t, "member", "rotate-keys", "--now")
	job(t, "member", "migrate")
	job(t, "content", "migrate")
	pool, err := sql.Open("mysql", administrator(t))
	require.NoError(t, err)
	defer func() { require.NoError(t, pool.Close()) }()
	// what an additive migration does to tables that are in use
	for _, table := range []string{"posts", "comments", "members"} {
		_, err = pool.ExecContext(t.Context(), "ALTER TABLE "+table+" ADD COLUMN added_later INT NULL")
		require.NoError(t, err)
	}
}

// administrator may change the schema.
func administrator(t *testing.T) string {
	t.Helper()
	dsn, err := mysql.ParseDSN(homeState.Stores.MySQL)
	require.NoError(t, err)
	dsn.DBName = "dailyfeed"
	return dsn.FormatDSN()
}

func job(t *testing.T, service string, words ...string) {
	t.Helper()
	process := fmt.Sprintf("/proc/%d", status(service).Pid)
	environ, err := os.ReadFile(filepath.Join(process, "environ"))
	require.NoError(t, err)
	program, err := os.Readlink(filepath.Join(process, "exe"))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, words...)
	command.Env = append(strings.Split(strings.Trim(string(environ), "\x00"), "\x00"), "MYSQL_MIGRATE_DSN="+administrator(t))
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s %v: %s", service, words, said)
}
