// Package faults_test takes the fleet apart while it is used, and compares what is left
// with a ledger of what was acknowledged. See README.md.
package faults_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/tools/fleet"
)

// Settings of a run. FAULTS_LONG=1 runs every crash point FAULTS_RUNS times and the
// random run in full; FAULTS_SEED repeats a plan; FAULTS_DIR is where runs are kept.
const (
	longVariable   = "FAULTS_LONG"
	runsVariable   = "FAULTS_RUNS"
	seedVariable   = "FAULTS_SEED"
	eventsVariable = "FAULTS_EVENTS"
	faultsVariable = "FAULTS_FAULTS"
	dirVariable    = "FAULTS_DIR"
)

func long() bool { return os.Getenv(longVariable) != "" }

// number is a setting, or what it is by default.
func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, name)
	return n
}

// seed decides every plan of this run, and is printed with each.
func seed(t testing.TB) uint64 {
	t.Helper()
	return uint64(number(t, seedVariable, 20261120))
}

// stage is the arena that tests of a correct fleet share: they run one after the other,
// each with a crowd of its own.
type stage struct {
	once  sync.Once
	arena *arena.Arena
	dir   string
	err   error
}

var theStage stage

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	code := m.Run()
	if theStage.arena != nil {
		if err := theStage.arena.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "faults: stop the fleet:", err)
			code = max(code, 1)
		}
	}
	if theStage.dir == "" {
		return code
	}
	if code == 0 && os.Getenv(dirVariable) == "" {
		_ = os.RemoveAll(theStage.dir)
		return code
	}
	fmt.Fprintf(os.Stderr, "faults: kept in %s: the plan, ledger and verdict of each test under runs/, logs/ of every process, the stores under data/\n", theStage.dir)
	return code
}

const upWithin = 8 * time.Minute

// standard is the shared arena: two replicas of what writes and what records.
func standard(t testing.TB) *arena.Arena {
	t.Helper()
	theStage.once.Do(func() {
		if theStage.dir, theStage.err = newDir("fleet"); theStage.err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), upWithin)
		defer cancel()
		theStage.arena, theStage.err = arena.Up(ctx, arena.Config{
			Root: root(t), Dir: theStage.dir, Replicas: map[string]int{"content": 2, "activity": 2},
		})
	})
	require.NoError(t, theStage.err)
	return theStage.arena
}

func root(t testing.TB) string {
	t.Helper()
	here, err := os.Getwd()
	require.NoError(t, err)
	root, err := fleet.FindRoot(here)
	require.NoError(t, err)
	return root
}

func newDir(name string) (string, error) {
	parent := os.Getenv(dirVariable)
	if parent != "" {
		if err := os.MkdirAll(parent, 0o755); err != nil {
			return "", err
		}
	}
	dir, err := os.MkdirTemp(parent, "dailyfeed-faults-"+name+"-")
	if err != nil {
		return "", err
	}
	return filepath.Abs(dir)
}
