package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
	"github.com/dailyfeed/dailyfeed/test/faults/mutant"
	"github.com/dailyfeed/dailyfeed/test/faults/proxy"
)

// These tests prove that the harness can fail: with a guarantee taken out, it must find
// what that guarantee prevents.

const (
	mutantHits     = 3
	mutantQuiet    = 25 * time.Second
	buildWithin    = 5 * time.Minute
	heldFor        = 2500 * time.Millisecond // longer than the interval of a drain, and of commits of offsets
	suspectedStyle = kill
)

// withMutant puts a mutant in the place of a service for the rest of a test.
func withMutant(t *testing.T, service string, m mutant.Mutant) *arena.Arena {
	t.Helper()
	a := standard(t)
	withProgram(t, a, service, m)
	return a
}

// withProgram puts a program in the place of a service for the rest of a test.
func withProgram(t *testing.T, a *arena.Arena, service string, m builder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), buildWithin)
	defer cancel()
	program, err := m.Build(ctx, root(t), t.TempDir(), service)
	require.NoError(t, err)
	back, err := a.Swap(ctx, service, program)
	require.NoError(t, err)
	t.Cleanup(func() {
		a.Calm()
		ctx, cancel := context.WithTimeout(context.Background(), buildWithin)
		defer cancel()
		require.NoError(t, back(ctx))
	})
}

// builder makes a program.
type builder interface {
	Build(ctx context.Context, root, dir, service string) (program string, err error)
}

// notices requires that a violation of a kind was reported.
func (s *scene) notices(limit time.Duration, kinds ...ledger.Kind) {
	s.t.Helper()
	v := s.verdictWithin(limit)
	n := 0
	for _, kind := range kinds {
		n += v.Count(kind)
	}
	require.Positive(s.t, n, "the harness did not notice: %s", v)
}

func testTheHarnessNoticesEventsThatAreSentBeforeTheCommit(t *testing.T) {
	s := play(t, withMutant(t, "content", mutant.PublishBeforeCommit()), crowdSize)
	random := s.random()
	s.underLoad(func(ctx context.Context) {
		for n := range mutantHits {
			p := point{line: toStore(arena.MySQL), hold: proxy.Request, match: always(proxy.Commit())}
			s.hit(ctx, p, "content", suspectedStyle, random, n)
		}
	})
	s.notices(mutantQuiet, ledger.Phantom, ledger.Twice)
}

func testTheHarnessNoticesOffsetsThatAreCommittedBeforeTheRecordIsApplied(t *testing.T) {
	s := play(t, withMutant(t, "activity", mutant.CommitOffsetBeforeApply()), crowdSize)
	s.underLoad(func(ctx context.Context) {
		for range mutantHits {
			s.holdAndKill(ctx, "activity", arena.MongoDB, proxy.Words("member_activities", "upsert"))
		}
	})
	s.notices(mutantQuiet, ledger.Lost)
}

// holdAndKill holds a request for a while, and then kills who sent it.
func (s *scene) holdAndKill(ctx context.Context, part string, store arena.Store, match proxy.Match) {
	s.t.Helper()
	trap := s.holdAt(ctx, part, store, match)
	pid, err := s.arena.Kill(ctx, part)
	require.NoError(s.t, err)
	trap.Lose()
	require.NoError(s.t, s.arena.AwaitBack(ctx, part, pid))
}

// holdAt holds a request for a while.
func (s *scene) holdAt(ctx context.Context, part string, store arena.Store, match proxy.Match) *proxy.Trap {
	s.t.Helper()
	line, err := s.arena.Line(part, store)
	require.NoError(s.t, err)
	trap := proxy.NewTrap(proxy.Request, match, 0)
	line.Trap(trap)
	limited, cancel := context.WithTimeout(ctx, hitWithin)
	defer cancel()
	require.NoError(s.t, trap.Await(limited))
	arena.Wait(ctx, heldFor)
	return trap
}

// A transaction that commits late has a lower id than what was read before it.
func testTheHarnessNoticesACursorInThePlaceOfLeases(t *testing.T) {
	s := play(t, withMutant(t, "content", mutant.CursorInsteadOfLeases()), crowdSize)
	s.underLoad(func(ctx context.Context) {
		for range mutantHits {
			s.holdAt(ctx, "content", arena.MySQL, proxy.Commit()).Release()
		}
	})
	s.notices(mutantQuiet, ledger.Lost)
}

// Without its unique key a client's repeat is a second write.
func testTheHarnessNoticesAMissingUniqueKey(t *testing.T) {
	const table, key = "dailyfeed.content_idempotency_keys", "uq_content_idempotency_keys"
	s := play(t, standard(t), crowdSize)
	_, err := s.evidence.DB().ExecContext(t.Context(), "ALTER TABLE "+table+" DROP INDEX "+key)
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, statement := range []string{
			"DELETE FROM " + table, "ALTER TABLE " + table + " ADD UNIQUE KEY " + key + " (member_id, method, path, `key`)",
		} {
			_, err := s.evidence.DB().ExecContext(context.Background(), statement)
			require.NoError(t, err)
		}
	})
	random := s.random()
	s.underLoad(func(ctx context.Context) {
		for n := range mutantHits {
			p := point{line: toStore(arena.MySQL), hold: proxy.Answer, match: always(proxy.Commit())}
			s.hit(ctx, p, "content", suspectedStyle, random, n)
		}
	})
	s.notices(mutantQuiet, ledger.Twice, ledger.Wrong)
}
