package neighbour_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// breakerRow is a row of the breaker table of spec 12, written a second time;
// times as in the table.
type breakerRow struct {
	name                        string
	profile                     serviceclient.Profile
	window, least, failed, slow int
	slowIs, openFor             time.Duration
	halfOpen                    int
}

var breakerRows = []breakerRow{
	{"default", serviceclient.Default(), 100, 10, 50, 80, 5 * time.Second, 60 * time.Second, 10},
	{"critical", serviceclient.Critical(), 50, 5, 40, 70, 3 * time.Second, 30 * time.Second, 5},
	{"bulk", serviceclient.Bulk(), 200, 20, 60, 85, 10 * time.Second, 120 * time.Second, 10},
}

// ill is a way for a neighbour to fail.
type ill struct {
	name string
	make func(t *testing.T, n *neighbour, r breakerRow)
	// percent of the row's window that opens it
	percent func(breakerRow) int
	// outcome of such a call in the metric
	outcome string
	// together is how many calls are made at once: more than one only where
	// they wait, since what is well is to be fast
	together int
}

func failedPercent(r breakerRow) int { return r.failed }

var ills = []ill{
	{"resets", func(t *testing.T, n *neighbour, _ breakerRow) {
		t.Helper()
		n.poison(t, "reset_peer", map[string]any{"timeout": 0})
	}, failedPercent, "failed", 1},
	{"hangs", func(t *testing.T, n *neighbour, _ breakerRow) {
		t.Helper()
		n.poison(t, "timeout", map[string]any{"timeout": 0})
	}, failedPercent, "failed", 25},
	{"is gone", func(t *testing.T, n *neighbour, _ breakerRow) { t.Helper(); n.proxy.Stop() }, failedPercent, "failed", 1},
	{"answers 500", func(t *testing.T, n *neighbour, _ breakerRow) {
		t.Helper()
		n.answer.Store(apierr.CodeInternal.New())
	}, failedPercent, "failed", 1},
	{"answers 503", func(t *testing.T, n *neighbour, _ breakerRow) {
		t.Helper()
		n.answer.Store(apierr.CodeServiceUnavailable.New())
	}, failedPercent, "failed", 1},
	{"answers 504", func(t *testing.T, n *neighbour, _ breakerRow) {
		t.Helper()
		n.answer.Store(apierr.CodeDeadlineExceeded.New())
	}, failedPercent, "failed", 1},
	{"is slow", func(t *testing.T, n *neighbour, r breakerRow) {
		t.Helper()
		n.poison(t, "latency", map[string]any{"latency": (r.slowIs/slowness + 10*time.Millisecond).Milliseconds()})
	}, func(r breakerRow) int { return r.slow }, "answered", 25},
}

func eachIll(t *testing.T, test func(t *testing.T, n *neighbour, r breakerRow, i ill)) {
	t.Helper()
	for _, r := range breakerRows {
		for _, i := range ills {
			t.Run(r.name+" "+i.name, func(t *testing.T) {
				t.Parallel()
				profile := onlyBreaker(faster(r.profile))
				if i.outcome == "failed" { // what fails is not to open it by being slow
					profile.Breaker.SlowIs, profile.Retry.AttemptTimeout = time.Minute, patience
				}
				test(t, newNeighbour(t, profile), r, i)
			})
		}
	}
}

// The whole life of a breaker: it opens with the last call that its percentage
// needs, stays open for its time, opens again while trials go wrong, and closes
// after its number of good ones.
func TestABreakerFollowsItsNeighbour(t *testing.T) {
	t.Parallel()
	eachIll(t, func(t *testing.T, n *neighbour, r breakerRow, i ill) {
		t.Helper()
		limit := i.percent(r) * r.window / 100
		n.gets(t, 1, r.window-limit)
		i.make(t, n, r)
		n.gets(t, i.together, limit-1)
		require.Empty(t, n.changes(), "one call below the percentage")
		begin := time.Now()
		n.gets(t, 1, 1)
		require.Len(t, n.changes(), 1)
		n.requireState(t, serviceclient.Open)
		n.requireNotMade(t, serviceclient.Rejected, r.openFor/hurry)
		require.Positive(t, n.outcomes(t, "rejected"))
		require.GreaterOrEqual(t, n.outcomes(t, i.outcome), limit)

		trials := n.attempts(t)
		await(t, n, 2, serviceclient.HalfOpen)
		require.GreaterOrEqual(t, n.changes()[1].at.Sub(begin), r.openFor/hurry, "it was open for its time")
		await(t, n, 3, serviceclient.Open) // still ill
		require.LessOrEqual(t, n.attempts(t)-trials, r.halfOpen, "no more trials than the row has")

		n.heal(t)
		await(t, n, 4, serviceclient.HalfOpen)
		before := n.attempts(t)
		await(t, n, 5, serviceclient.Closed)
		require.Equal(t, r.halfOpen, n.attempts(t)-before+1, "the first trial made it half-open")
		n.requireState(t, serviceclient.Closed)
	})
}

// await calls until the breaker has changed so many times, the last time to state.
func await(t *testing.T, n *neighbour, times int, state serviceclient.State) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); len(n.changes()) < times; {
		require.True(t, time.Now().Before(deadline), "never %s: %v", state, n.changes())
		_, _ = n.get(t.Context())
	}
	require.Equal(t, state, n.changes()[times-1].to)
}

func TestABreakerNeedsItsLeastNumberOfCalls(t *testing.T) {
	t.Parallel()
	for _, r := range breakerRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			n := newNeighbour(t, onlyBreaker(faster(r.profile)))
			n.poison(t, "reset_peer", map[string]any{"timeout": 0})
			n.gets(t, 1, r.least-1)
			require.Empty(t, n.changes())
			n.gets(t, 1, 1)
			require.Len(t, n.changes(), 1)
		})
	}
}

func TestRefusalsAreAnswers(t *testing.T) {
	t.Parallel()
	for _, r := range breakerRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			n := newNeighbour(t, faster(r.profile))
			codes := []*apierr.Code{
				apierr.CodeMalformedRequest, apierr.CodeInvalidToken, apierr.CodeOriginNotAllowed, apierr.CodeNotFound,
				apierr.CodeRequestInProgress, apierr.CodeKeyReused, apierr.CodeTooManyRequests,
			}
			for _, code := range codes {
				n.answer.Store(code.New())
				n.gets(t, 1, r.window)
			}
			require.Empty(t, n.changes())
			require.Equal(t, len(codes)*r.window, n.outcomes(t, "answered"))
			require.Equal(t, len(codes)*r.window, n.attempts(t), "none is tried again")
		})
	}
}

func TestACallerThatLeavesSaysNothingOfItsNeighbour(t *testing.T) {
	t.Parallel()
	for _, r := range breakerRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			profile := faster(r.profile)
			profile.Breaker.SlowIs, profile.Retry.AttemptTimeout, profile.CallTimeout = time.Minute, time.Minute, time.Minute
			n := newNeighbour(t, profile)
			n.poison(t, "timeout", map[string]any{"timeout": 0})
			for leaving := range r.window {
				ctx, leave := context.WithCancel(t.Context())
				left := make(chan error, 1)
				go func() {
					_, err := n.get(ctx)
					left <- err
				}()
				require.Eventually(t, func() bool { return len(n.arrivals()) > leaving }, 10*time.Second, time.Millisecond)
				leave()
				require.ErrorIs(t, <-left, context.Canceled)
			}
			require.Empty(t, n.changes())
			require.Equal(t, r.window, n.outcomes(t, "abandoned"))
			require.Equal(t, r.window, n.attempts(t))
		})
	}
}
