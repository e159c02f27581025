package process_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/process"
)

var errDown = errors.New("down")

func TestWaitForTriesAgainWithGrowingPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		require.NoError(t, process.WaitFor(t.Context(), "mysql", func(context.Context) error {
			at = append(at, time.Since(start))
			if len(at) < 12 {
				return errDown
			}
			return nil
		}))
		require.Zero(t, at[0])
		for i := 1; i < len(at); i++ {
			longest := min(100*time.Millisecond<<(i-1), 5*time.Second)
			require.GreaterOrEqual(t, at[i]-at[i-1], longest/2, i)
			require.LessOrEqual(t, at[i]-at[i-1], longest, i)
		}
	})
}

func TestWaitForEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := process.WaitFor(ctx, "mysql", func(context.Context) error { return errDown })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "wait for mysql")
	})
}

func TestWaitForDoesNotHangOnAProbeThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		require.NoError(t, process.WaitFor(t.Context(), "mysql", func(ctx context.Context) error {
			if tries++; tries == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}))
		require.Equal(t, 2, tries)
	})
}

func TestEveryWorksNowThenEachIntervalUntilTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute+time.Second)
		defer cancel()
		runs := 0
		require.NoError(t, process.Every(ctx, "clean", time.Minute, func(context.Context) error {
			runs++
			return errDown // a failure is logged and does not end it
		}))
		require.Equal(t, 4, runs)
	})
}

func TestWaitForEndsWithAnErrorThatWaitingDoesNotChange(t *testing.T) {
	t.Parallel()
	errBare := errors.New("no indexes")
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		err := process.WaitFor(t.Context(), "mongodb", func(context.Context) error {
			if tries++; tries == 1 {
				return errDown
			}
			return fmt.Errorf("look: %w", errBare)
		}, errBare)
		require.ErrorIs(t, err, errBare)
		require.ErrorContains(t, err, "wait for mongodb: look")
		require.Equal(t, 2, tries)
	})
}

// The log of a process has one writer.
func TestEveryLogsOneFailureInTenSeconds(t *testing.T) { //nolint:paralleltest // see above
	var lines bytes.Buffer
	before := slog.Default()
	logger, err := process.NewLogger(&lines, "test", "info")
	require.NoError(t, err)
	slog.SetDefault(logger)
	t.Cleanup(func() { slog.SetDefault(before) })
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
		defer cancel()
		require.NoError(t, process.Every(ctx, "announce", 200*time.Millisecond, func(context.Context) error { return errDown }))
	})
	var unlogged []float64
	for line := range strings.Lines(lines.String()) {
		var told map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &told))
		if told["work"] == "announce" {
			number, isNumber := told["unlogged"].(float64)
			require.True(t, isNumber)
			unlogged = append(unlogged, number)
		}
	}
	require.Equal(t, []float64{0, 49, 49}, unlogged)
}
