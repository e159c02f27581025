package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

// The test binary plays the programs that the tests supervise.
const (
	roleVar = "SUPERVISOR_TEST_ROLE"
	addrVar = "SUPERVISOR_TEST_ADDR"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleVar) {
	case "":
		goleak.VerifyTestMain(m)
	case "server":
		playServer(syscall.SIGTERM)
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
		playServer(syscall.SIGUSR1)
	case "broken":
		os.Exit(3)
	}
}

// playServer listens, as the sign that it serves, until it is asked to end in
// the way that it listens to.
func playServer(end os.Signal) {
	listener, err := net.Listen("tcp", os.Getenv(addrVar))
	if err != nil {
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), end)
	defer stop()
	<-ctx.Done()
	_ = listener.Close()
}

func TestStartReturnsWhenAllPartsServe(t *testing.T) {
	t.Parallel()
	s, events := newSupervisor(t)
	one, two := program(t, "server"), program(t, "server")
	require.NoError(t, s.Start(t.Context(), supervisor.Named{Name: "one", Part: one}, supervisor.Named{Name: "two", Part: two}))

	require.NoError(t, one.Probe(t.Context()))
	require.NoError(t, two.Probe(t.Context()))
	require.ElementsMatch(t, []string{"one starting", "one ready", "two starting", "two ready"}, events.all())
}

func TestAPartThatEndsIsStartedAgain(t *testing.T) {
	t.Parallel()
	s, events := newSupervisor(t)
	part := program(t, "server")
	require.NoError(t, s.Start(t.Context(), supervisor.Named{Name: "one", Part: part}))
	first := part.Pid()

	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))

	events.await(t, "one ready", 2)
	require.NotEqual(t, first, part.Pid())
	require.NoError(t, part.Probe(t.Context()))
	status := s.Statuses()[0]
	require.Equal(t, 1, status.Restarts)
	require.Equal(t, part.Pid(), status.Pid)
	require.Contains(t, status.Cause, "signal: killed")
}

func TestAPartThatCannotServeFailsTheStart(t *testing.T) {
	t.Parallel()
	s, _ := newSupervisor(t)
	err := s.Start(t.Context(), supervisor.Named{Name: "one", Part: program(t, "broken")})
	require.ErrorIs(t, err, supervisor.ErrEarlyEnd)
	require.ErrorContains(t, err, "exit status 3")
	require.ErrorContains(t, err, "one: ")
}

func TestTheAnswerOfAnotherOnThePortIsNotTheParts(t *testing.T) {
	t.Parallel()
	s, _ := newSupervisor(t)
	part := program(t, "broken")
	part.Probe = func(ctx context.Context) error { <-part.Done(); return nil }
	require.ErrorIs(t, s.Start(t.Context(), supervisor.Named{Name: "one", Part: part}), supervisor.ErrEarlyEnd)
}

func TestASlowPartHasADeadlineAndIsNotLeftBehind(t *testing.T) {
	t.Parallel()
	s, _ := newSupervisor(t)
	part := program(t, "server")
	part.ReadyWithin = 100 * time.Millisecond
	part.Probe = func(context.Context) error { return errors.New("still thinking") }
	err := s.Start(t.Context(), supervisor.Named{Name: "one", Part: part})
	require.ErrorContains(t, err, "still thinking")
	<-part.Done()
}

func TestStopEndsTheLastStageFirst(t *testing.T) {
	t.Parallel()
	s, events := newSupervisor(t)
	for _, name := range []string{"store", "service", "edge"} {
		require.NoError(t, s.Start(t.Context(), supervisor.Named{Name: name, Part: program(t, "server")}))
	}
	require.NoError(t, s.Stop(5*time.Second))
	all := events.all()
	require.Equal(t, []string{"edge stopped", "service stopped", "store stopped"}, all[len(all)-3:])
}

func TestStopKillsWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	s, _ := newSupervisor(t)
	part := program(t, "deaf")
	require.NoError(t, s.Start(t.Context(), supervisor.Named{Name: "one", Part: part}))
	require.ErrorIs(t, s.Stop(50*time.Millisecond), context.DeadlineExceeded)
	<-part.Done()
}

func TestStopBreaksOffARestart(t *testing.T) {
	t.Parallel()
	s := supervisor.New(supervisor.Config{Backoff: supervisor.Backoff{First: time.Hour, Max: time.Hour}})
	part := program(t, "server")
	require.NoError(t, s.Start(t.Context(), supervisor.Named{Name: "one", Part: part}))
	require.NoError(t, syscall.Kill(part.Pid(), syscall.SIGKILL))
	<-part.Done()
	require.NoError(t, s.Stop(5*time.Second))
}

func TestRepeatedEndsWaitLonger(t *testing.T) {
	t.Parallel()
	waits := make(chan time.Duration, 10)
	s := supervisor.New(supervisor.Config{
		Backoff: supervisor.Backoff{First: time.Millisecond, Max: 4 * time.Millisecond, Forget: time.Hour},
		Report: func(e supervisor.Event) {
			if e.State == supervisor.Crashed {
				select {
				case waits <- e.Again:
				default:
				}
			}
		},
	})
	t.Cleanup(func() { require.NoError(t, s.Stop(5*time.Second)) })
	part := &flaky{}
	require.NoError(t, s.Start(t.Context(), supervisor.Named{Name: "one", Part: part}))
	for _, want := range []string{"1ms", "2ms", "4ms", "4ms"} {
		require.Equal(t, want, (<-waits).String())
	}
}

// flaky serves once, then ends, and never comes back.
type flaky struct{ started bool }

func (f *flaky) Start(context.Context) error {
	if f.started {
		return errors.New("cannot start again")
	}
	f.started = true
	return nil
}

func (*flaky) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}
func (*flaky) Stop(context.Context) error { return nil }
func (*flaky) Pid() int                   { return 0 }

// recorder keeps what was reported.
type recorder struct {
	mu     sync.Mutex
	events []string
}

func (r *recorder) report(e supervisor.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, fmt.Sprint(e.Name, " ", e.State))
}

func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

func (r *recorder) await(t *testing.T, event string, times int) {
	t.Helper()
	require.Eventually(t, func() bool {
		n := 0
		for _, e := range r.all() {
			if e == event {
				n++
			}
		}
		return n >= times
	}, 10*time.Second, 5*time.Millisecond)
}

func newSupervisor(t *testing.T) (*supervisor.Supervisor, *recorder) {
	t.Helper()
	events := &recorder{}
	s := supervisor.New(supervisor.Config{
		Backoff: supervisor.Backoff{First: 10 * time.Millisecond, Max: 50 * time.Millisecond, Forget: time.Minute},
		Report:  events.report,
	})
	t.Cleanup(func() { _ = s.Stop(5 * time.Second) })
	return s, events
}

func program(t *testing.T, role string) *supervisor.Program {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := listener.Addr().String()
	require.NoError(t, listener.Close())
	return &supervisor.Program{
		Spec: child.Spec{
			Name: role, Path: os.Args[0], Env: append(os.Environ(), roleVar+"="+role, addrVar+"="+addr),
		},
		ReadyWithin: 10 * time.Second,
		Probe: func(ctx context.Context) error {
			var dialer net.Dialer
			conn, err := dialer.DialContext(ctx, "tcp", addr)
			if err != nil {
				return err
			}
			return conn.Close()
		},
	}
}
