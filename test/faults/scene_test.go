package faults_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/crowd"
	"github.com/dailyfeed/dailyfeed/test/faults/evidence"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// scene is one test: a crowd on an arena, its ledger, and where all of it is kept.
type scene struct {
	t        testing.TB
	arena    *arena.Arena
	crowd    *crowd.Crowd
	ledger   *ledger.Ledger
	evidence *evidence.Collector
	dir      string
	began    time.Time
}

const (
	gatherWithin = 2 * time.Minute
	quietWithin  = 2 * time.Minute
	followed     = 3
)

// play gathers a crowd on an arena, in which everybody follows some others.
func play(t testing.TB, a *arena.Arena, members int) *scene {
	t.Helper()
	return playAt(t, a, members, crowdPause())
}

// playAt is play with members that wait for so long between their acts.
func playAt(t testing.TB, a *arena.Arena, members int, pause time.Duration) *scene {
	t.Helper()
	s := &scene{t: t, arena: a, began: time.Now()}
	s.dir = filepath.Join(a.Dir(), "runs", strings.ReplaceAll(t.Name(), "/", "-"))
	require.NoError(t, os.MkdirAll(s.dir, 0o755))
	file, err := os.Create(filepath.Join(s.dir, "ledger.jsonl"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	s.ledger = ledger.New(file)
	s.evidence, err = a.Evidence()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.evidence.Close(context.Background())) })
	ctx, cancel := context.WithTimeout(t.Context(), gatherWithin)
	defer cancel()
	s.crowd, err = crowd.Gather(ctx, crowd.Config{
		Name: fmt.Sprintf("f%x", time.Now().UnixNano()), Members: members, Addresses: a.Addresses(), Ledger: s.ledger, Pause: pause,
	})
	require.NoError(t, err)
	t.Cleanup(s.crowd.Leave)
	require.NoError(t, s.crowd.Follow(ctx, min(followed, members-1)))
	_, err = s.crowd.ReadFeeds(ctx) // what is stored is pushed to
	require.NoError(t, err)
	return s
}

// note keeps a line with the run, and shows it.
func (s *scene) note(format string, args ...any) {
	line := fmt.Sprintf("%8.2fs ", time.Since(s.began).Seconds()) + fmt.Sprintf(format, args...)
	s.t.Log(line)
	file, err := os.OpenFile(filepath.Join(s.dir, "plan.txt"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	require.NoError(s.t, err)
	_, err = fmt.Fprintln(file, line)
	require.NoError(s.t, err)
	require.NoError(s.t, file.Close())
}

// verdict takes all faults away, waits for quiet, and compares.
func (s *scene) verdict() ledger.Verdict {
	s.t.Helper()
	return s.verdictWithin(quietWithin)
}

func (s *scene) verdictWithin(limit time.Duration) ledger.Verdict {
	s.t.Helper()
	s.arena.Calm()
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	began := time.Now()
	seen, err := s.evidence.Collect(ctx, s.ledger, s.crowd)
	require.NoError(s.t, err)
	v := s.ledger.Check(seen)
	s.note("quiet and compared after %.1f s: %s", time.Since(began).Seconds(), v)
	return v
}

// good requires that nothing was lost, doubled, made up or out of order.
func (s *scene) good() ledger.Verdict {
	s.t.Helper()
	v := s.verdict()
	require.True(s.t, v.Good(), "%s\n%s", v, s.where())
	return v
}

// where says what to look at first.
func (s *scene) where() string {
	return "look at " + s.dir + "/plan.txt (what was done when), then ledger.jsonl (what was acknowledged), then " +
		s.arena.Dir() + "/logs (what each process says of that time)"
}
