package fleet_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/fleet"
	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

func TestUpStartsEverythingAndStopLeavesNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	f := h.up(t)

	for _, path := range []string{"/api/members", "/api/posts", "/api/timeline/posts", "/api/search/posts", "/api/images/view/a", "/api/activity"} {
		require.NotEmpty(t, h.environmentOf(t, f, path)["PORT"], path)
	}
	pids := h.pids(t, f)
	require.Len(t, pids, 11, "four stores, six services, the edge")

	began := time.Now()
	require.NoError(t, f.Stop())
	require.Less(t, time.Since(began), 10*time.Second)
	for name, pid := range pids {
		require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, name)
	}
}

func TestASecondUpFindsItsDataAndSecrets(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	f := h.up(t)
	before := h.environmentOf(t, f, "/api/members")
	execute(t, h.environmentOf(t, f, "/api/posts")["MYSQL_DSN"], "INSERT INTO posts VALUES (7)")
	require.NoError(t, f.Stop())

	f = h.up(t)
	after := h.environmentOf(t, f, "/api/members")
	for _, name := range []string{"INTERNAL_TOKEN", "JWT_KEK", "CURSOR_KEY", "MYSQL_DSN"} {
		require.Equal(t, before[name], after[name], name)
	}
	require.ErrorContains(t, tryExecute(h.environmentOf(t, f, "/api/posts")["MYSQL_DSN"], "INSERT INTO posts VALUES (7)"), "Duplicate")
}

func TestEachServiceHasTheLeastRights(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	f := h.up(t)
	member := h.environmentOf(t, f, "/api/members")
	content := h.environmentOf(t, f, "/api/posts")
	timeline := h.environmentOf(t, f, "/api/timeline/posts")
	search := h.environmentOf(t, f, "/api/search/posts")

	execute(t, member["MYSQL_DSN"], "INSERT INTO jwt_keys VALUES (1)")
	execute(t, content["MYSQL_DSN"], "INSERT INTO content_idempotency_keys VALUES (1)")
	execute(t, timeline["MYSQL_DSN"], "SELECT * FROM posts")
	for dsn, statements := range map[string][]string{
		member["MYSQL_DSN"]:   {"SELECT * FROM posts", "DROP TABLE members", "CREATE TABLE x (id INT)"},
		content["MYSQL_DSN"]:  {"SELECT * FROM members", "ALTER TABLE posts ADD COLUMN x INT"},
		timeline["MYSQL_DSN"]: {"INSERT INTO posts VALUES (1)", "SELECT * FROM content_idempotency_keys", "SELECT * FROM members"},
	} {
		for _, statement := range statements {
			require.ErrorContains(t, tryExecute(dsn, statement), "denied", statement)
		}
	}
	require.NotEmpty(t, member["JWT_KEK"])
	require.NotContains(t, content, "JWT_KEK")
	require.NotContains(t, content, "MYSQL_MIGRATE_DSN")
	require.NotContains(t, search, "MYSQL_DSN")
}

func TestACrashedServiceComesBackAndIsSaidLoudly(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	f := h.up(t)
	first := h.pids(t, f)["content"]

	response, err := client.Get(f.EdgeURL() + "/api/posts/die")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	require.Eventually(t, func() bool {
		for _, s := range f.Statuses() {
			if s.Name == "content" && s.State == supervisor.Ready && s.Pid != first {
				return s.Restarts == 1
			}
		}
		return false
	}, 20*time.Second, 20*time.Millisecond)
	require.NotEmpty(t, h.environmentOf(t, f, "/api/posts"))
	require.Contains(t, h.out.String(), "!!! content: ended without being asked: exit status 7")
}

func TestAKilledStoreComesBackWithItsData(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	f := h.up(t)
	dsn := h.environmentOf(t, f, "/api/posts")["MYSQL_DSN"]
	execute(t, dsn, "INSERT INTO posts VALUES (7)")

	require.NoError(t, syscall.Kill(h.pids(t, f)["mysql"], syscall.SIGKILL))

	require.Eventually(t, func() bool {
		err := tryExecute(dsn, "INSERT INTO posts VALUES (7)")
		return err != nil && strings.Contains(err.Error(), "Duplicate")
	}, 20*time.Second, 50*time.Millisecond)
}

func TestStatusAndDownWorkFromAnotherProcess(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	_, err := fleet.Health(t.Context(), h.config)
	require.ErrorIs(t, err, fleet.ErrNotRunning)
	require.ErrorIs(t, fleet.Down(t.Context(), h.config), fleet.ErrNotRunning)

	f := h.up(t)
	_, err = fleet.Up(t.Context(), h.config)
	require.ErrorIs(t, err, fleet.ErrRunning)
	all, err := fleet.Health(t.Context(), h.config)
	require.NoError(t, err)
	require.Len(t, all, 11)
	require.True(t, fleet.Healthy(all), "%+v", all)

	var table bytes.Buffer
	require.NoError(t, fleet.WriteHealth(&table, all))
	require.Contains(t, table.String(), "content")
	require.NoError(t, f.Stop())
	_, err = fleet.Health(t.Context(), h.config)
	require.ErrorIs(t, err, fleet.ErrNotRunning)
}

func TestAServiceThatCannotStartStopsTheRestAndSaysWhy(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	script := "#!/bin/sh\n[ \"$1\" = migrate ] && exit 0\necho MEMBER_URL: must not be empty >&2\nexit 1\n"
	path := filepath.Join(h.config.Programs, "activity")
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.WriteFile(path, []byte(script), 0o700))

	_, err := h.tryUp(t)
	require.ErrorContains(t, err, "activity: ended before it served: exit status 1")
	require.ErrorContains(t, err, "MEMBER_URL: must not be empty")
	_, err = fleet.Health(t.Context(), h.config)
	require.ErrorIs(t, err, fleet.ErrNotRunning)
}

func TestReplicasStandBehindTheEdge(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.config.Replicas = map[string]int{"content": 2}
	f := h.up(t)
	seen := map[string]bool{}
	for range 4 {
		seen[h.environmentOf(t, f, "/api/posts")["PORT"]] = true
	}
	require.Len(t, seen, 2)
}

func TestRunShowsTheTableAndTheMergedLog(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.config.Only = []string{"member", "content"}
	f := h.up(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	require.Eventually(t, func() bool {
		return strings.Contains(h.out.String(), "ready in") && strings.Contains(h.out.String(), "demo login")
	},
		5*time.Second, 10*time.Millisecond)

	require.NoError(t, syscall.Kill(h.pids(t, f)["content"], syscall.SIGKILL))
	require.Eventually(t, func() bool { return strings.Contains(h.out.String(), "INFO  serving port=") }, 20*time.Second, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-done)
	require.Contains(t, h.out.String(), "stopped")
}

func TestAnInterruptedStartLeavesNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	path := filepath.Join(h.config.Programs, "activity")
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n[ \"$1\" = migrate ] || exec sleep 1000\n"), 0o700))
	h.config.PortOffset = 300 * int(1+offsets.Add(1)%15)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := fleet.Up(ctx, h.config)
		done <- err
	}()
	require.Eventually(t, func() bool { return strings.Contains(h.out.String(), "content    ready") }, 30*time.Second, 10*time.Millisecond)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	_, err := fleet.Health(t.Context(), h.config)
	require.ErrorIs(t, err, fleet.ErrNotRunning)
	state, err := fleet.ReadState(h.config)
	require.NoError(t, err)
	for _, part := range state.Parts {
		if part.Pid > 0 {
			require.ErrorIs(t, syscall.Kill(part.Pid, 0), syscall.ESRCH, part.Name)
		}
	}
}

func TestUnknownServicesAreRefused(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.config.Only = []string{"members"}
	_, err := fleet.Up(t.Context(), h.config)
	require.ErrorContains(t, err, `"members" is none of member, content`)
}

// home is a fleet of fakes in a folder of its own.
type home struct {
	config fleet.Config
	out    *lockedBuffer
}

func newHome(t *testing.T) *home {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	bin := t.TempDir()
	for _, name := range programs {
		require.NoError(t, os.Symlink(self, filepath.Join(bin, name)))
	}
	out := &lockedBuffer{}
	return &home{out: out, config: fleet.Config{
		Root: t.TempDir(), Local: filepath.Join(t.TempDir(), "local"), Programs: bin, Environ: os.Environ(), Out: out,
	}}
}

func (h *home) up(t *testing.T) *fleet.Fleet {
	t.Helper()
	f, err := h.tryUp(t)
	require.NoError(t, err, h.out.String())
	t.Cleanup(func() { _ = f.Stop() })
	return f
}

var client = &http.Client{Timeout: 10 * time.Second}

// offsets gives each fleet of this process its own ports.
var offsets atomic.Uint32

// tryUp looks for ports that nobody has.
func (h *home) tryUp(t *testing.T) (*fleet.Fleet, error) {
	t.Helper()
	for range 20 {
		if h.config.PortOffset == 0 {
			h.config.PortOffset = 300 * int(1+offsets.Add(1)%15)
		}
		f, err := fleet.Up(t.Context(), h.config)
		if !errors.Is(err, fleet.ErrPortsTaken) {
			return f, err
		}
		h.config.PortOffset = 0
	}
	return nil, fleet.ErrPortsTaken
}

func (h *home) pids(t *testing.T, f *fleet.Fleet) map[string]int {
	t.Helper()
	pids := map[string]int{}
	for _, s := range f.Statuses() {
		pids[s.Name] = s.Pid
	}
	return pids
}

func (h *home) environmentOf(t *testing.T, f *fleet.Fleet, path string) map[string]string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.EdgeURL()+path, http.NoBody)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.Equal(t, http.StatusOK, response.StatusCode)
	var env map[string]string
	require.NoError(t, json.NewDecoder(response.Body).Decode(&env))
	return env
}

func execute(t *testing.T, dsn, statement string) {
	t.Helper()
	require.NoError(t, tryExecute(dsn, statement))
}

func tryExecute(dsn, statement string) error {
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
