// Package guard_test attacks a whole fleet: forged tokens, guessed passwords,
// revoked sessions, keys that change, requests that no client would send. Its
// programs run without the race detector, since it sends a million requests; the
// tests of e2e, which send fewer, run them with it.
package guard_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/fleet"
)

// local is the folder of the fleet that is attacked.
var local string

// joinVariable names the folder (--local) of a fleet that is up already, for work
// on these tests. It needs the settings of settings, below.
const joinVariable = "E2E_FLEET"

// settings are what these tests need: every line that can be logged, and keys
// that may follow each other in seconds.
var settings = []string{"LOG_LEVEL=debug", "JWKS_CACHE_TTL=1s", "ADDRESS_WRITE_BURST=1000000", "ADDRESS_WRITE_RATE=1000000", "WRITE_BURST=10000", "WRITE_RATE=10000"}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if local = os.Getenv(joinVariable); local != "" {
		return m.Run()
	}
	folder, err := os.MkdirTemp("", "dailyfeed-guard-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "guard:", err)
		return 1
	}
	local = folder
	home, err := start(folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, "guard: start the fleet:", err)
		return 1
	}
	code := m.Run()
	if err := errors.Join(home.Stop(), findLeaks(filepath.Join(folder, "logs"))); err != nil {
		fmt.Fprintln(os.Stderr, "guard:", err)
		code = 1
	}
	if code == 0 {
		_ = os.RemoveAll(folder)
		return code
	}
	fmt.Fprintln(os.Stderr, "guard: logs are kept in", folder)
	return code
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
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	return fleet.Up(ctx, fleet.Config{
		Root: root, Local: folder, PortOffset: 12500 + 20*rand.IntN(50), Replicas: map[string]int{"member": 2},
		Environ: append(os.Environ(), settings...), Out: progress,
	})
}

func stateOf(t testing.TB) fleet.State {
	t.Helper()
	state, err := fleet.ReadState(fleet.Config{Local: local})
	require.NoError(t, err)
	return state
}

// secretsOf are what the fleet made for its services.
func secretsOf(t *testing.T) map[string]string {
	t.Helper()
	secrets, err := fleet.ReadSecrets(fleet.Config{Local: local})
	require.NoError(t, err)
	return secrets
}

// stop makes every process of a part hang until back is called or the test ends.
func stop(t *testing.T, part string) (back func()) {
	t.Helper()
	var pids []int
	for _, s := range stateOf(t).Parts {
		if s.Name == part || strings.HasPrefix(s.Name, part+"-") {
			pids = append(pids, s.Pid)
		}
	}
	require.NotEmpty(t, pids, part)
	done := false
	back = func() {
		for _, pid := range pids {
			if !done {
				_ = syscall.Kill(pid, syscall.SIGCONT)
			}
		}
		done = true
	}
	t.Cleanup(back)
	for _, pid := range pids {
		require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	}
	return back
}

// settle is how long things may take that events bring about, and tick how often
// they are looked at.
const (
	settle = 30 * time.Second
	tick   = 25 * time.Millisecond
)

// client remembers nothing but connections.
var client = &http.Client{
	Timeout:       30 * time.Second,
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
