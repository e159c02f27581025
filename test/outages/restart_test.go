package outages_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

var (
	restarts = flag.Int("restarts", 0, "restarts of every service at least, each one replica after the other; 0 leaves it out")
	rate     = flag.Int("rate", 60, "requests a second while services are restarted; 0 is as many as are answered")
	requests = flag.Int("requests", 0, "requests at least; services are restarted until there are so many")
	// a shorter one than in a cluster makes for more restarts
	shutdownDelay = flag.Duration("shutdown-delay", 500*time.Millisecond, "SHUTDOWN_DELAY of the services")
)

// Every service is restarted again and again, one replica after the other and all
// services at a time, while clients use all endpoints; in the middle the signing
// key is rotated and the schema migrated. No request fails.
func TestARollingRestartLosesNoRequest(t *testing.T) { //nolint:paralleltest // restarts under all
	if *restarts == 0 {
		return // make restarts
	}
	w := populated(t)
	l := startLoad(t, w, clients, *rate)
	begin := time.Now()
	var done atomic.Int64 // restarts of services, of all
	enough := func(service int) bool { return service >= *restarts && l.so() >= *requests }
	faults := make([]error, len(services))
	var group sync.WaitGroup
	for i, service := range services {
		group.Go(func() {
			for round := 0; !enough(round) && faults[i] == nil; round++ {
				faults[i] = errors.Join(restart(t.Context(), service), restart(t.Context(), service+"-2"))
				if sum := done.Add(1); sum%50 == 0 {
					t.Logf("%d restarts, %d requests", sum, l.so())
				}
			}
		})
	}
	middle := int64(*restarts * len(services) / 2)
	require.Eventually(t, func() bool { return done.Load() >= middle || errors.Join(faults...) != nil }, time.Hour, 100*time.Millisecond)
	rotateAndMigrate(t)
	group.Wait()
	require.NoError(t, errors.Join(faults...))
	l.end()
	last := l.next()
	all := last.of()
	t.Logf("%d restarts of services (%d at least of each) in %s: %d requests, %d failed (%s), p99 %s",
		done.Load(), *restarts, time.Since(begin).Round(time.Second), all.well+all.failed(), all.failed(), all.codes(), all.p99())
	for _, failure := range last.failures {
		t.Log(failure)
	}
	require.Zero(t, all.failed(), all.codes())
}

// so is how many requests were answered so far.
func (l *load) so() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.record.mu.Lock()
	defer l.record.mu.Unlock()
	return l.record.total
}

var errNotBack = errors.New("does not come back")

// restart ends a replica as a rolling update does, and waits for its successor.
func restart(ctx context.Context, replica string) error {
	old := status(replica)
	if err := syscall.Kill(old.Pid, syscall.SIGTERM); err != nil {
		return fmt.Errorf("end %s: %w", replica, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		now := status(replica)
		if now.State == supervisor.Ready && now.Pid != old.Pid && now.Restarts > old.Restarts {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", replica, errNotBack)
		}
		pause(ctx, 10*time.Millisecond)
	}
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
	var environ []byte
	var program string
	require.Eventually(t, func() bool { // a replica that is there, while they are restarted
		process := fmt.Sprintf("/proc/%d", status(service).Pid)
		read, errRead := os.ReadFile(filepath.Join(process, "environ"))
		link, errLink := os.Readlink(filepath.Join(process, "exe"))
		environ, program = read, link
		return errors.Join(errRead, errLink) == nil && len(read) > 0
	}, time.Minute, 10*time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, words...)
	command.Env = append(strings.Split(strings.Trim(string(environ), "\x00"), "\x00"), "MYSQL_MIGRATE_DSN="+administrator(t))
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s %v: %s", service, words, said)
}
