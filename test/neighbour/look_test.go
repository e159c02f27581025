package neighbour_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// The times of this file are those of the profiles as they are: what is promised
// is in seconds. To the millisecond they are held in simulated time, by the
// client's own tests.
func eachLookedAt(t *testing.T, ill func(t *testing.T, n *neighbour), test func(t *testing.T, n *neighbour, r breakerRow)) {
	t.Helper()
	for _, r := range breakerRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			profile := onlyBreaker(r.profile)
			profile.Limiter.PerSecond = 1_000_000
			profile.Breaker.SlowIs, profile.Retry.AttemptTimeout = time.Minute, patience
			n := newReadyNeighbour(t, profile)
			ill(t, n)
			n.gets(t, 25, r.least)
			require.Len(t, n.changes(), 1)
			n.requireState(t, serviceclient.Open)
			test(t, n, r)
		})
	}
}

// Long before the table's time is over, a neighbour that is back is called again.
func TestANeighbourThatIsBackIsCalledAgainAtOnce(t *testing.T) {
	t.Parallel()
	for name, ill := range map[string]func(t *testing.T, n *neighbour){
		"was gone": func(t *testing.T, n *neighbour) { t.Helper(); n.proxy.Stop() },
		"was not ready": func(_ *testing.T, n *neighbour) {
			n.answer.Store(apierr.CodeServiceUnavailable.New())
			n.storeAway.Store(true)
		},
		"did hang": func(t *testing.T, n *neighbour) {
			t.Helper()
			n.poison(t, "timeout", map[string]any{"timeout": 0})
		},
		"failed and said that it was ready": func(_ *testing.T, n *neighbour) { n.answer.Store(apierr.CodeInternal.New()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachLookedAt(t, ill, func(t *testing.T, n *neighbour, r breakerRow) {
				t.Helper()
				looks := func(ready string) float64 {
					return n.metric(t, "service_breaker_looks_total", "ready="+ready, "target=thing")
				}
				require.Eventually(t, func() bool { _, _ = n.get(t.Context()); return looks("no")+looks("yes") >= 3 }, 20*time.Second, 10*time.Millisecond)
				n.heal(t)
				begin := time.Now()
				require.Eventually(t, func() bool {
					_, _ = n.get(t.Context())
					return n.changes()[len(n.changes())-1].to == serviceclient.Closed
				}, r.openFor/2, 10*time.Millisecond)
				t.Logf("called again after %s; the table's time is %s", time.Since(begin), r.openFor)
				n.requireState(t, serviceclient.Closed)
				require.Positive(t, looks("yes"))
				status, err := n.get(t.Context())
				require.NoError(t, err)
				require.Equal(t, 200, status)
			})
		})
	}
}

// What is not ready gets no call, however often it is looked at.
func TestANeighbourThatIsNotReadyIsLeftAlone(t *testing.T) {
	t.Parallel()
	eachLookedAt(t, func(_ *testing.T, n *neighbour) {
		n.answer.Store(apierr.CodeServiceUnavailable.New())
		n.storeAway.Store(true)
	}, func(t *testing.T, n *neighbour, r breakerRow) {
		t.Helper()
		looks := func() float64 { return n.metric(t, "service_breaker_looks_total", "ready=no", "target=thing") }
		require.Eventually(t, func() bool { _, _ = n.get(t.Context()); return looks() >= 4 }, 20*time.Second, 10*time.Millisecond)
		require.Len(t, n.arrivals(), r.least)
		n.requireNotMade(t, serviceclient.Rejected, 2*time.Second)
		n.requireState(t, serviceclient.Open)
	})
}
