package faults_test

import (
	"context"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/crowd"
	"github.com/dailyfeed/dailyfeed/test/faults/proxy"
)

// style is how something fails at a crash point.
type style string

const (
	kill style = "kill -9"         // the process dies there
	stop style = "SIGSTOP-SIGCONT" // it stops there, now and then longer than a lease, and goes on
	cut  style = "cut"             // it lives, and loses its connections there
)

// point is an exact place at which a process fails: a request that it sends.
type point struct {
	parts []string // one of these is hit at a time
	line  func(a *arena.Arena, part string) (*proxy.Line, error)
	hold  proxy.Hold
	// shared: all replicas of a service have one line, and die together.
	shared bool
	match  func(part string) proxy.Match
}

const (
	hitWithin   = 40 * time.Second
	crowdSize   = 8
	manyActs    = 100_000
	skipAtMost  = 4
	settle      = 50 * time.Millisecond
	shortPause  = time.Second
	beyondLease = 16 * time.Second // of a new letter (15 s)
	longEvery   = 10
)

// isLong: of the faults that last, the first of the long run and every tenth after it
// last longer than any lease or session. The others are short, so that there are many.
func isLong(n int) bool { return long() && n%longEvery == 0 }

// crowdPause is how long members wait between their acts: the long run leaves time to
// others on the machine.
func crowdPause() time.Duration {
	if long() {
		return 160 * time.Millisecond
	}
	return 40 * time.Millisecond
}

// times is how often a crash point is hit with each style.
func times(t testing.TB) int {
	t.Helper()
	if !long() {
		return 1
	}
	return number(t, runsVariable, 20)
}

// styles are those of the long run, or the first of them.
func styles(all ...style) []style {
	if long() {
		return all
	}
	return all[:1]
}

func toStore(store arena.Store) func(a *arena.Arena, part string) (*proxy.Line, error) {
	return func(a *arena.Arena, part string) (*proxy.Line, error) { return a.Line(part, store) }
}

func toKafka(a *arena.Arena, _ string) (*proxy.Line, error) { return a.KafkaLine(0) }

func always(match proxy.Match) func(string) proxy.Match {
	return func(string) proxy.Match { return match }
}

// hitAll is a test of a crash point: under load, each style is run as often as times
// says, and then nothing may be missing, doubled, made up or out of order.
func hitAll(t *testing.T, p point, all ...style) {
	t.Helper()
	for _, how := range styles(all...) {
		t.Run(string(how), func(t *testing.T) {
			s := play(t, standard(t), crowdSize)
			random := s.random()
			s.underLoad(func(ctx context.Context) {
				for n := range times(t) {
					part := p.parts[n%len(p.parts)]
					s.hit(ctx, p, part, how, random, n)
					s.note("hit %d of %d: %s of %s", n+1, times(t), how, part)
				}
			})
			s.goodAfter(times(t))
		})
	}
}

func (s *scene) random() *rand.Rand {
	s.note("seed %d", seed(s.t))
	return rand.New(rand.NewPCG(seed(s.t), 7))
}

// underLoad does something while the crowd is busy.
func (s *scene) underLoad(do func(ctx context.Context)) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.crowd.Run(ctx, crowd.NewPlan(seed(s.t), crowdSize, manyActs)) }()
	do(s.t.Context())
	cancel()
	require.NoError(s.t, <-done)
}

// hit waits until a part is at the point, and lets it fail there, for the n-th time.
func (s *scene) hit(ctx context.Context, p point, part string, how style, random *rand.Rand, n int) {
	s.t.Helper()
	line, err := p.line(s.arena, part)
	require.NoError(s.t, err)
	trap := proxy.NewTrap(p.hold, p.match(part), random.IntN(skipAtMost))
	line.Trap(trap)
	limited, cancel := context.WithTimeout(ctx, hitWithin)
	defer cancel()
	require.NoError(s.t, trap.Await(limited), "%s never came to the point\n%s", part, s.where())
	if p.hold == proxy.Answer {
		arena.Wait(ctx, settle) // the first answer on the line may be another request's
	}
	switch how {
	case kill:
		victims := []string{part}
		if p.shared {
			victims = s.arena.Parts(serviceOf(part))
		}
		pids := map[string]int{}
		for _, victim := range victims {
			pids[victim], err = s.arena.Kill(ctx, victim)
			require.NoError(s.t, err)
		}
		trap.Lose()
		for victim, pid := range pids {
			require.NoError(s.t, s.arena.AwaitBack(ctx, victim, pid))
		}
	case stop:
		during := shortPause
		if isLong(n) {
			during = beyondLease
		}
		pid, err := s.arena.Signal(ctx, part, syscall.SIGSTOP)
		require.NoError(s.t, err)
		trap.Release()
		arena.Wait(ctx, during)
		require.NoError(s.t, syscall.Kill(pid, syscall.SIGCONT))
	case cut:
		trap.Lose()
		require.NoError(s.t, line.Reset())
	case flush, full, alone:
		require.Fail(s.t, "a server fails like that, and no process of ours")
	}
}
