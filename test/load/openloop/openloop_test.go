package openloop_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/load/openloop"
)

// A server that stalls for a second is charged by all who came in that second,
// not by the one request that hung.
func TestLatencyIsCountedFromTheIntendedStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		plan := openloop.Plan{Rate: 100, Requests: 1000, Workers: 1, Seed: 1}
		outcome := openloop.Run(t.Context(), plan, func(_ context.Context, i int) error {
			if i == 300 {
				<-time.After(time.Second)
			}
			return nil
		})
		require.EqualValues(t, 1000, outcome.Latency.TotalCount())
		require.Greater(t, outcome.Quantile(95), 300*time.Millisecond, "about a hundred came while it hung")
		require.Less(t, outcome.Quantile(80), 50*time.Millisecond)
		require.InDelta(t, 100, outcome.Rate(), 15)
	})
}

func TestFailuresAreCountedAndTheFirstIsTold(t *testing.T) {
	t.Parallel()
	cause := errors.New("refused")
	outcome := openloop.Run(t.Context(), openloop.Plan{Rate: 10_000, Requests: 100, Seed: 2}, func(_ context.Context, i int) error {
		if i%10 == 0 {
			return cause
		}
		return nil
	})
	require.EqualValues(t, 10, outcome.Failed)
	require.ErrorIs(t, outcome.FirstError, cause)
}
