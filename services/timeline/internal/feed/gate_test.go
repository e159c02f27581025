package feed_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/feed"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

func TestManyReadersOfOneColdFeedBuildItOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate, release := feed.NewGate(4), make(chan struct{})
		var builds int
		build := func(context.Context) (timeline.Home, error) {
			builds++
			<-release
			return timeline.Home{Followings: timeline.Followings{Version: 7}}, nil
		}
		var readers sync.WaitGroup
		for range 1000 {
			readers.Go(func() {
				home, err := gate.Once(t.Context(), 1, build)
				require.NoError(t, err)
				require.EqualValues(t, 7, home.Followings.Version)
			})
		}
		synctest.Wait() // all of them wait
		close(release)
		readers.Wait()
		require.Equal(t, 1, builds)
	})
}

func TestOnlySoManyFeedsAreBuiltAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const turns, members = 3, 50
		gate, release := feed.NewGate(turns), make(chan struct{})
		var running, built atomic.Int32
		var readers sync.WaitGroup
		for member := range members {
			readers.Go(func() {
				work := func(context.Context) error {
					running.Add(1)
					<-release
					running.Add(-1)
					built.Add(1)
					return nil
				}
				if member%2 == 0 { // looks behind feeds take turns with builds
					require.NoError(t, gate.Turn(t.Context(), work))
					return
				}
				_, err := gate.Once(t.Context(), timeline.MemberID(member+1), func(ctx context.Context) (timeline.Home, error) { return timeline.Home{}, work(ctx) })
				require.NoError(t, err)
			})
		}
		for range members / turns {
			synctest.Wait()
			require.EqualValues(t, turns, running.Load())
			for range turns {
				release <- struct{}{}
			}
		}
		close(release)
		readers.Wait()
		require.EqualValues(t, members, built.Load())
	})
}

func TestABuildGoesOnWhenItsFirstReaderIsGone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := feed.NewGate(1).Once(ctx, 1, func(ctx context.Context) (timeline.Home, error) { return timeline.Home{}, ctx.Err() })
	require.NoError(t, err)
	cause := errors.New("no database")
	_, err = feed.NewGate(1).Once(t.Context(), 1, func(context.Context) (timeline.Home, error) { return timeline.Home{}, cause })
	require.ErrorIs(t, err, cause)
}

func TestWhoWaitsForATurnGoesWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	gate := feed.NewGate(1)
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, gate.Turn(t.Context(), func(context.Context) error {
		cancel()
		require.ErrorIs(t, gate.Turn(ctx, func(context.Context) error { return errors.New("it was not its turn") }), context.Canceled)
		return nil
	}))
}
