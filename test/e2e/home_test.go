// Package e2e_test walks through the whole fleet: real stores, the built
// binaries, two replicas of every service, the edge in front.
package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/fleet"
)

// home is the fleet of this test run; nil where the run joined one that was up.
var home *fleet.Fleet

// local is the folder of the fleet that is tested.
var local string

// joinVariable names the folder (--local) of a fleet that is up already, whole or
// a part: for work on the tests of the wire, which take what they find.
const joinVariable = "E2E_FLEET"

// names of the services, each of which has two replicas here.
var names = []string{"member", "content", "timeline", "search", "image", "activity"}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if local = os.Getenv(joinVariable); local != "" {
		return m.Run()
	}
	folder, err := os.MkdirTemp("", "dailyfeed-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	local = folder
	code := 1
	defer func() {
		if code == 0 {
			_ = os.RemoveAll(folder)
			return
		}
		fmt.Fprintln(os.Stderr, "e2e: logs are kept in", folder)
	}()
	if home, err = start(folder); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: start the fleet:", err)
		return code
	}
	code = m.Run()
	if err := errors.Join(home.Stop(), findRaces(folder)); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: stop the fleet:", err)
		code = 1
	}
	return code
}

// raceReports is what the race detector's files begin with, in the fleet's folder.
const raceReports = "race"

// findRaces fails if the race detector found something in a program of the fleet.
func findRaces(folder string) error {
	reports, err := filepath.Glob(filepath.Join(folder, raceReports+".*"))
	if err != nil || len(reports) == 0 {
		return err
	}
	text, err := os.ReadFile(reports[0])
	return errors.Join(fmt.Errorf("data races in the fleet: %q, the first of which says:\n%s", reports, text), err)
}

func start(folder string) (*fleet.Fleet, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	root, err := fleet.FindRoot(here)
	if err != nil {
		return nil, err
	}
	progress, err := os.Create(filepath.Join(folder, "fleet.log"))
	if err != nil {
		return nil, err
	}
	replicas := make(map[string]int, len(names))
	for _, name := range names {
		replicas[name] = 2
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	var flags []string
	if raced {
		flags = []string{"-race"}
	}
	return fleet.Up(ctx, fleet.Config{
		BuildFlags: flags,
		Root:       root, Local: folder, PortOffset: 11000 + 20*rand.IntN(50), Replicas: replicas,
		// one address sends everything here
		Environ: append(os.Environ(), "ADDRESS_WRITE_BURST=1000000", "ADDRESS_WRITE_RATE=1000000", "WRITE_BURST=1000", "WRITE_RATE=1000", "SHARED_CLIENT_ADDRESSES=127.0.0.1/32,::1/128",
			"GORACE=log_path="+filepath.Join(folder, raceReports)),
		Jobs: true, Out: progress,
	})
}

// edgeURL is the front door of the fleet that is tested.
func edgeURL(t *testing.T) string {
	t.Helper()
	state, err := fleet.ReadState(fleet.Config{Local: local})
	require.NoError(t, err)
	return state.Edge
}

// pids are the processes of a part: a store, or all replicas of a service.
func pids(t *testing.T, part string) []int {
	t.Helper()
	if home == nil {
		t.Skip("takes parts away: needs a fleet of its own")
	}
	var found []int
	for _, s := range home.Statuses() {
		if s.Name == part || strings.HasPrefix(s.Name, part+"-") {
			found = append(found, s.Pid)
		}
	}
	require.NotEmpty(t, found, "no part %s among %v", part, home.Statuses())
	return found
}

// away makes a part hang until back is called or the test ends: connections to
// it open, and nothing answers.
func away(t *testing.T, part string) (back func()) {
	t.Helper()
	stopped := pids(t, part)
	for _, pid := range stopped {
		require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	}
	done := false
	back = func() {
		if done {
			return
		}
		done = true
		for _, pid := range stopped {
			require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
		}
	}
	t.Cleanup(back)
	return back
}

// kill ends every process of a part at once; its supervisor starts it again.
func kill(t *testing.T, part string) {
	t.Helper()
	killed := pids(t, part)
	for _, pid := range killed {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	require.Eventually(t, func() bool {
		now := pids(t, part)
		return !slices.ContainsFunc(now, func(pid int) bool { return pid == 0 || slices.Contains(killed, pid) })
	}, time.Minute, 20*time.Millisecond, "%s was not started again", part)
}

// within waits for a condition that events bring about.
func within(t *testing.T, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, limit, 25*time.Millisecond, what)
}

// plain is a client without any memory.
var plain = &http.Client{Timeout: 20 * time.Second}
