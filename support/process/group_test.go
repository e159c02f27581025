package process_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/process"
)

// journal is what happened, in order.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) component(name string) process.Run {
	return func(ctx context.Context, ready func()) error {
		j.add("start " + name)
		ready()
		<-ctx.Done()
		j.add("stop " + name)
		return nil
	}
}

func TestGroupStartsInOrderAndStopsInReverse(t *testing.T) {
	t.Parallel()
	var j journal
	ctx, cancel := context.WithCancel(t.Context())
	g := process.NewGroup(time.Second)
	g.Add("a", j.component("a"))
	g.Add("b", j.component("b"))
	g.Add("last", func(ctx context.Context, ready func()) error {
		ready()
		cancel()
		<-ctx.Done()
		return nil
	})
	require.NoError(t, g.Run(ctx))
	require.Equal(t, []string{"start a", "start b", "stop b", "stop a"}, j.lines)
}

func TestGroupStopsEverythingWhenOneComponentFails(t *testing.T) {
	t.Parallel()
	var j journal
	broken := errors.New("broken")
	g := process.NewGroup(time.Second)
	g.Add("a", j.component("a"))
	g.AddLoop("b", func(context.Context) error { return broken })
	err := g.Run(t.Context())
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "b: ")
	require.Equal(t, []string{"start a", "stop a"}, j.lines)
}

func TestGroupReportsAComponentThatEndsByItself(t *testing.T) {
	t.Parallel()
	g := process.NewGroup(time.Second)
	g.AddLoop("short", func(context.Context) error { return nil })
	require.ErrorContains(t, g.Run(t.Context()), "short: ended by itself")
}

func TestGroupDoesNotWaitForeverForAComponent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	g := process.NewGroup(20 * time.Millisecond)
	g.AddLoop("stuck", func(context.Context) error { <-release; return nil })
	g.AddLoop("trigger", func(ctx context.Context) error { cancel(); <-ctx.Done(); return nil })
	require.ErrorContains(t, g.Run(ctx), "stop stuck: did not stop in time")
}

func TestGroupStoppedWhileStartingStartsNothingMore(t *testing.T) {
	t.Parallel()
	var j journal
	ctx, cancel := context.WithCancel(t.Context())
	g := process.NewGroup(time.Second)
	g.Add("waiting", func(ctx context.Context, _ func()) error { cancel(); <-ctx.Done(); return nil })
	g.Add("never", j.component("never"))
	require.NoError(t, g.Run(ctx))
	require.Empty(t, j.lines)
}

func TestGroupReportsAllThatFailed(t *testing.T) {
	t.Parallel()
	first, second := errors.New("first"), errors.New("second")
	g := process.NewGroup(time.Second)
	var both sync.WaitGroup
	both.Add(2)
	fail := func(err error) process.Run {
		return func(_ context.Context, ready func()) error {
			ready()
			ready() // again does nothing
			both.Done()
			both.Wait()
			return err
		}
	}
	g.Add("a", fail(first))
	g.Add("b", fail(second))
	err := g.Run(t.Context())
	require.ErrorIs(t, err, first)
	require.ErrorIs(t, err, second)
}

func TestGroupReportsAComponentThatFailsToStop(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	broken := errors.New("broken")
	g := process.NewGroup(time.Second)
	g.AddLoop("flush", func(ctx context.Context) error { cancel(); <-ctx.Done(); return broken })
	err := g.Run(ctx)
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "stop flush")
}
