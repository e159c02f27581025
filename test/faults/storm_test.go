package faults_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/crowd"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
	"github.com/dailyfeed/dailyfeed/test/faults/storm"
)

// What a random run is made of. The long one goes on until both numbers are reached, or
// the time is over; the figures say what it came to.
const (
	minutesVariable = "FAULTS_MINUTES"
	stormMembers    = 24
	stormQuiet      = 15 * time.Minute
	lookEvery       = 100 * time.Millisecond
	spareActs       = 3 // times as much is planned, so that nobody is idle before the last fault
)

func testARandomRunLosesNothing(t *testing.T) {
	members, events, faults, minutes := crowdSize, 1200, 6, 2
	var a *arena.Arena
	if !long() {
		a = standard(t)
	} else {
		a = newArena(t, "storm", arena.Config{LooseMongoDB: true, Replicas: map[string]int{"content": 2, "activity": 2, "timeline": 2, "search": 2}})
		members, events, faults, minutes = stormMembers, number(t, eventsVariable, 200_000), number(t, faultsVariable, 300), number(t, minutesVariable, 240)
	}
	s := playAt(t, a, members, 0)
	acts := crowd.NewPlan(seed(t), members, spareActs*events/members)
	plan := storm.NewPlan(seed(t), faults, int64(max(1, events/faults)), storm.Targets{
		Services: a.Replicas(), Stores: a.KillableStores(), Brokers: a.Brokers(), Lines: a.LineNames(),
	})
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "storm.txt"), []byte(plan.String()), 0o644))
	s.note("seed %d: %d members, plan of acts %s, %d faults, the plan of which is storm.txt", seed(t), members, acts.Digest(), len(plan))
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(minutes)*time.Minute)
	defer cancel()
	calm := make(chan int, 1)
	go func() {
		defer cancel() // who is still busy then is done
		done, err := plan.Rage(ctx, a, s.crowd.Acts, func(n int, f storm.Fault) {
			s.note("%d acts; fault %d: %s", s.crowd.Acts(), n, f)
		})
		if err != nil {
			t.Errorf("storm: %v", err)
		}
		awaitEntries(ctx, s.ledger, events)
		calm <- done
	}()
	require.NoError(t, s.crowd.Run(ctx, acts))
	done := <-calm
	s.note("the crowd is done after %d acts and %d faults", s.crowd.Acts(), done)
	require.Positive(t, done)
	v := s.verdictWithin(stormQuiet)
	s.tell(done, v)
	require.True(t, v.Good(), "%s\n%s", v, s.where())
	s.note("figures: %d changes, %d faults, 0 violations in %s", v.Changes, done, time.Since(s.began).Round(time.Second))
}

// awaitEntries waits until so much is acknowledged, each an event at least, or ctx ends.
func awaitEntries(ctx context.Context, l *ledger.Ledger, until int) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for l.Entries() < until {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// newArena is an arena of a test's own.
func newArena(t testing.TB, name string, config arena.Config) *arena.Arena {
	t.Helper()
	dir, err := newDir(name)
	require.NoError(t, err)
	config.Root, config.Dir = root(t), dir
	ctx, cancel := context.WithTimeout(t.Context(), upWithin)
	defer cancel()
	a, err := arena.Up(ctx, config)
	require.NoError(t, err, "kept in %s", dir)
	t.Cleanup(func() {
		require.NoError(t, a.Close())
		if t.Failed() || os.Getenv(dirVariable) != "" {
			t.Logf("kept in %s", dir)
			return
		}
		require.NoError(t, os.RemoveAll(dir))
	})
	return a
}
