package neighbour_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// retryRow is a row of the retry table of spec 12, written a second time.
type retryRow struct {
	name     string
	profile  serviceclient.Profile
	attempts int
	wait     time.Duration
}

var retryRows = []retryRow{
	{"default", serviceclient.Default(), 3, 500 * time.Millisecond},
	{"fast", serviceclient.Critical(), 2, 300 * time.Millisecond},
	{"conservative", serviceclient.Bulk(), 2, time.Second},
}

func eachRetryRow(t *testing.T, test func(t *testing.T, n *neighbour, r retryRow)) {
	t.Helper()
	for _, r := range retryRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			test(t, newNeighbour(t, faster(r.profile)), r)
		})
	}
}

func TestPassingFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(t *testing.T, n *neighbour){
		"503": func(t *testing.T, n *neighbour) { t.Helper(); n.answer.Store(apierr.CodeServiceUnavailable.New()) },
		"504": func(t *testing.T, n *neighbour) { t.Helper(); n.answer.Store(apierr.CodeDeadlineExceeded.New()) },
		"reset": func(t *testing.T, n *neighbour) {
			t.Helper()
			n.poison(t, "reset_peer", map[string]any{"timeout": 0})
		},
		"gone": func(t *testing.T, n *neighbour) { t.Helper(); n.proxy.Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachRetryRow(t, func(t *testing.T, n *neighbour, r retryRow) {
				t.Helper()
				fail(t, n)
				begin := time.Now()
				_, _ = n.get(t.Context())
				require.Equal(t, r.attempts, n.attempts(t))
				require.GreaterOrEqual(t, time.Since(begin), time.Duration(r.attempts-1)*r.wait/hurry, "jitter is at its middle")
				require.Equal(t, 1, n.outcomes(t, "failed"), "one call, whatever its attempts")
				require.Equal(t, r.attempts-1, int(n.metric(t, "service_call_retries_total", "budget=left", "target=thing")))
			})
		})
	}
}

func TestAHangingAttemptIsGivenUpAndTriedAgain(t *testing.T) {
	t.Parallel()
	for _, r := range retryRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			profile := faster(r.profile)
			profile.Retry.AttemptTimeout, profile.CallTimeout = patience/2, time.Minute
			n := newNeighbour(t, profile)
			n.poison(t, "timeout", map[string]any{"timeout": 0})
			_, err := n.get(t.Context())
			require.ErrorIs(t, err, serviceclient.ErrAttemptTimeout)
			require.True(t, apierr.HasCode(serviceclient.Failure(err), apierr.CodeServiceUnavailable))
			require.Equal(t, r.attempts, n.attempts(t))
		})
	}
}

func TestOnlyWhatMayBeDoneTwiceIsTriedAgain(t *testing.T) {
	t.Parallel()
	eachRetryRow(t, func(t *testing.T, n *neighbour, r retryRow) {
		t.Helper()
		n.poison(t, "reset_peer", map[string]any{"timeout": 0})
		for key, attempts := range map[string]int{"": 1, "k": r.attempts} {
			before := n.attempts(t)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.url, http.NoBody)
			require.NoError(t, err)
			if key != "" {
				request.Header.Set("Idempotency-Key", key)
			}
			_, err = n.client.Do(request)
			require.Error(t, err)
			require.Equal(t, attempts, n.attempts(t)-before, "key %q", key)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	eachRetryRow(t, func(t *testing.T, n *neighbour, _ retryRow) {
		t.Helper()
		n.answer.Store(apierr.CodeServiceUnavailable.New().WithRetryAfter(time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		status, err := n.get(ctx)
		require.NoError(t, err)
		require.Equal(t, http.StatusServiceUnavailable, status)
		arrivals := n.arrivals()
		require.Greater(t, len(arrivals), 1)
		require.GreaterOrEqual(t, arrivals[1].Sub(arrivals[0]), time.Second)
	})
}

func TestNoRetryStartsThatCannotEndInTime(t *testing.T) {
	t.Parallel()
	eachRetryRow(t, func(t *testing.T, n *neighbour, _ retryRow) {
		t.Helper()
		// its answers take 60 ms and it says to come back in a second: with
		// 1.03 s left there is too little time, with a minute there is enough
		n.poison(t, "latency", map[string]any{"latency": 60})
		for range 10 {
			_, err := n.get(t.Context())
			require.NoError(t, err)
		}
		n.answer.Store(apierr.CodeServiceUnavailable.New().WithRetryAfter(time.Second))
		before := n.attempts(t)
		ctx, cancel := context.WithTimeout(t.Context(), 1030*time.Millisecond)
		defer cancel()
		status, err := n.get(ctx)
		require.NoError(t, err, "it gets the answer that there is")
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Equal(t, 1, n.attempts(t)-before)
		long, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = n.get(long)
		require.NoError(t, err)
		require.Greater(t, n.attempts(t)-before, 2)
	})
}

// With and without a breaker that helps: a neighbour that fails gets no storm.
func TestAFailingNeighbourGetsNoStorm(t *testing.T) {
	t.Parallel()
	const calls = 1000
	for _, breaks := range []bool{true, false} {
		for _, r := range retryRows {
			name := r.name + " with a breaker"
			profile := faster(r.profile)
			if !breaks {
				name = r.name + " without a breaker"
				profile.Breaker.FailurePercent, profile.Breaker.SlowPercent = 101, 101
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				n := newNeighbour(t, profile)
				n.poison(t, "reset_peer", map[string]any{"timeout": 0})
				n.gets(t, 10, calls)
				made := n.outcomes(t, "failed") + n.outcomes(t, "answered")
				require.LessOrEqual(t, float64(n.attempts(t)), 1.15*calls)
				if !breaks {
					require.Equal(t, calls, made)
					require.Positive(t, n.metric(t, "service_call_retries_total", "budget=spent", "target=thing"))
				}
				t.Logf("%d calls, %d made, %d attempts", calls, made, n.attempts(t))
			})
		}
	}
}
