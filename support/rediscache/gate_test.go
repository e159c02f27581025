package rediscache

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

var errTimeout = errors.New("i/o timeout")

func newTestGate() (*gate, *time.Time) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return newGate(func() time.Time { return now }), &now
}

func fail(t *testing.T, g *gate, times int) {
	t.Helper()
	for range times {
		require.NoError(t, g.admit())
		g.report(errTimeout)
	}
}

func TestGateClosesAfterFiveFailuresInARow(t *testing.T) {
	t.Parallel()
	g, _ := newTestGate()
	fail(t, g, 4)
	g.report(nil)
	fail(t, g, 4)
	g.report(redis.Nil) // an answer
	fail(t, g, 4)
	g.report(context.Canceled) // says nothing
	fail(t, g, 1)
	require.ErrorIs(t, g.admit(), ErrDown)
}

func TestGateLetsOneTryPerPauseAndPausesLonger(t *testing.T) {
	t.Parallel()
	g, now := newTestGate()
	fail(t, g, 5)
	for _, pause := range []int64{100, 200, 400, 800, 1000, 1000} {
		*now = now.Add(time.Duration(pause)*time.Millisecond - 1)
		require.ErrorIs(t, g.admit(), ErrDown)
		*now = now.Add(1)
		require.NoError(t, g.admit())
		require.ErrorIs(t, g.admit(), ErrDown, "one at a time")
		g.report(errTimeout)
	}
}

func TestGateOpensWithTheFirstSuccess(t *testing.T) {
	t.Parallel()
	g, now := newTestGate()
	fail(t, g, 5)
	*now = now.Add(time.Second)
	require.NoError(t, g.admit())
	g.report(nil)
	fail(t, g, 4)
	require.NoError(t, g.admit())
}

func TestTryThatSaysNothingDoesNotBlockTheNext(t *testing.T) {
	t.Parallel()
	g, now := newTestGate()
	fail(t, g, 5)
	*now = now.Add(time.Second)
	require.NoError(t, g.admit())
	g.report(context.Canceled)
	*now = now.Add(time.Second)
	require.NoError(t, g.admit())
}

func TestCallersThatAreOutOfTimeDoNotCloseTheGate(t *testing.T) {
	t.Parallel()
	client, err := Open(Config{Addr: testenv.Redis(t).Addr, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for range failuresToClose {
		require.ErrorIs(t, client.Ping(late), context.DeadlineExceeded)
		require.ErrorIs(t, client.Forget(late, "gate:late"), context.DeadlineExceeded)
	}
	require.NoError(t, client.Ping(t.Context()))
}
