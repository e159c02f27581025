package serviceclient_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

type retryRow struct {
	profile  serviceclient.Profile
	attempts int
	wait     time.Duration
}

func retryRows() map[string]retryRow {
	return map[string]retryRow{
		"default":      {serviceclient.Default(), 3, 500 * time.Millisecond},
		"fast":         {serviceclient.Critical(), 2, 300 * time.Millisecond},
		"conservative": {serviceclient.Bulk(), 2, time.Second},
	}
}

func eachRetryRow(t *testing.T, test func(t *testing.T, r retryRow, c *caller)) {
	t.Helper()
	for name, r := range retryRows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, r, newCaller(t, r.profile)) })
		})
	}
}

// simulate runs a test in simulated time with the default profile.
func simulate(t *testing.T, test func(t *testing.T, c *caller)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newCaller(t, serviceclient.Default())) })
}

func TestAttemptsInAllAndTheWaitBetweenThem(t *testing.T) {
	t.Parallel()
	eachRetryRow(t, func(t *testing.T, r retryRow, c *caller) {
		c.set(always(503, 0, nil))
		status, err := c.get()
		require.NoError(t, err)
		require.Equal(t, 503, status, "the last answer is returned as it is")
		require.Equal(t, r.attempts, c.attempts())
		for i := 1; i < len(c.times); i++ {
			require.Equal(t, r.wait, c.times[i].Sub(c.times[i-1]), "jitter is fixed at its middle here")
		}
		require.Equal(t, 1, c.count(serviceclient.Failed), "one call, whatever its attempts")
	})
}

func TestJitterIsFromNothingToTwiceTheWait(t *testing.T) {
	t.Parallel()
	for random, want := range map[float64]time.Duration{0: 0, 0.25: 250 * time.Millisecond, 0.999: 999 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			n := &neighbour{answers: always(503, 0, nil)}
			transport := serviceclient.NewTransport(serviceclient.Config{Target: "x", Profile: serviceclient.Default(), Now: time.Now, Base: n, Random: func() float64 { return random }})
			c := &caller{t: t, neighbour: n, recorder: newRecorder(), transport: transport}
			_, err := c.get()
			require.NoError(t, err)
			require.Equal(t, want, n.times[1].Sub(n.times[0]))
		})
	}
}

func TestSuccessAfterAFailureIsASuccess(t *testing.T) {
	t.Parallel()
	eachRetryRow(t, func(t *testing.T, r retryRow, c *caller) {
		c.set(func(attempt int, _ *http.Request) (int, time.Duration, error) {
			if attempt < r.attempts {
				return 0, 0, errRefused
			}
			return 200, 0, nil
		})
		status, err := c.get()
		require.NoError(t, err)
		require.Equal(t, 200, status)
		require.Equal(t, 1, c.count(serviceclient.Answered))
		require.Zero(t, c.count(serviceclient.Failed))
	})
}

func TestWhichAnswersAreTriedAgain(t *testing.T) {
	t.Parallel()
	for status, attempts := range map[int]int{
		502: 3, 503: 3, 504: 3,
		200: 1, 201: 1, 304: 1, 400: 1, 401: 1, 403: 1, 404: 1, 409: 1, 413: 1, 422: 1, 429: 1, 500: 1, 501: 1,
	} {
		simulate(t, func(t *testing.T, c *caller) {
			c.set(always(status, 0, nil))
			got, err := c.get()
			require.NoError(t, err)
			require.Equal(t, status, got)
			require.Equal(t, attempts, c.attempts(), status)
		})
	}
}

func TestConnectionErrorsAndTimeoutsAreTriedAgain(t *testing.T) {
	t.Parallel()
	simulate(t, func(t *testing.T, c *caller) {
		c.set(always(0, 0, errRefused))
		_, err := c.get()
		require.ErrorIs(t, err, errRefused)
		require.Equal(t, 3, c.attempts())
	})
	eachRetryRow(t, func(t *testing.T, r retryRow, c *caller) {
		c.set(always(200, time.Hour, nil))
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := c.do(ctx, http.MethodGet)
		require.ErrorIs(t, err, serviceclient.ErrAttemptTimeout)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, r.attempts, c.attempts())
	})
}

func TestWhichRequestsAreTriedAgain(t *testing.T) {
	t.Parallel()
	key := []string{"Idempotency-Key", "k"}
	for _, c := range []struct {
		method   string
		headers  []string
		attempts int
	}{
		{http.MethodGet, nil, 3},
		{http.MethodHead, nil, 3},
		{http.MethodPost, nil, 1},
		{http.MethodPut, nil, 1},
		{http.MethodPatch, nil, 1},
		{http.MethodDelete, nil, 1},
		{http.MethodPost, []string{"X-Request-Id", "r"}, 1},
		{http.MethodPost, key, 3},
		{http.MethodDelete, key, 3},
	} {
		simulate(t, func(t *testing.T, caller *caller) {
			caller.set(always(503, 0, nil))
			_, err := caller.do(t.Context(), c.method, c.headers...)
			require.NoError(t, err)
			require.Equal(t, c.attempts, caller.attempts(), c)
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"2": 2 * time.Second, "0": 500 * time.Millisecond, "-1": 500 * time.Millisecond, "soon": 500 * time.Millisecond,
	} {
		simulate(t, func(t *testing.T, c *caller) {
			c.header = http.Header{"Retry-After": {value}}
			c.set(always(503, 0, nil))
			_, err := c.get()
			require.NoError(t, err)
			require.Equal(t, want, c.times[1].Sub(c.times[0]), value)
		})
	}
	simulate(t, func(t *testing.T, c *caller) {
		c.header = http.Header{"Retry-After": {time.Now().Add(3 * time.Second).UTC().Format(http.TimeFormat)}}
		c.set(always(503, 0, nil))
		_, err := c.get()
		require.NoError(t, err)
		require.Equal(t, 3*time.Second, c.times[1].Sub(c.times[0]))
	})
}

func TestRetryAfterBeyondTheDeadlineIsNoRetry(t *testing.T) {
	t.Parallel()
	for _, seconds := range []int{10, 3600, 1 << 60} {
		simulate(t, func(t *testing.T, c *caller) {
			c.header = http.Header{"Retry-After": {strconv.Itoa(seconds)}}
			c.set(always(503, 0, nil))
			begin := time.Now()
			status, err := c.get() // has 10 s
			require.NoError(t, err)
			require.Equal(t, 503, status)
			require.Equal(t, 1, c.attempts())
			require.Zero(t, time.Since(begin), "it does not wait in vain")
		})
	}
}

func TestRetryNeedsItsUsualTimeBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	for left, attempts := range map[time.Duration]int{
		500*time.Millisecond + 200*time.Millisecond: 1, // wait and usual time, and nothing left
		500*time.Millisecond + 201*time.Millisecond: 2,
	} {
		simulate(t, func(t *testing.T, c *caller) {
			c.set(always(200, 200*time.Millisecond, nil))
			c.gets(20)
			c.set(always(503, 0, nil))
			before := c.attempts()
			ctx, cancel := context.WithTimeout(t.Context(), left)
			defer cancel()
			status, err := c.do(ctx, http.MethodGet)
			require.NoError(t, err)
			require.Equal(t, 503, status)
			require.Equal(t, attempts, c.attempts()-before, left)
		})
	}
}

func TestWaitForARetryEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	simulate(t, func(t *testing.T, c *caller) {
		c.set(always(503, 0, nil))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		begin := time.Now()
		_, err := c.do(ctx, http.MethodGet)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 100*time.Millisecond, time.Since(begin))
		require.Equal(t, 1, c.count(serviceclient.Abandoned))
	})
}

func TestRetryStormIsBounded(t *testing.T) {
	t.Parallel()
	for name, r := range retryRows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				profile := r.profile
				profile.Breaker.FailurePercent, profile.Breaker.SlowPercent = 101, 101 // only the budget stands
				c := newCaller(t, profile)
				c.set(always(503, 10*time.Millisecond, nil))
				const calls = 1000 // 40 a second
				for range calls {
					go func() { _, _ = c.get() }()
					pass(25 * time.Millisecond)
				}
				pass(time.Minute)
				require.Equal(t, calls, c.count(serviceclient.Failed))
				require.LessOrEqual(t, c.attempts(), calls*110/100)
				require.Greater(t, c.attempts(), calls, "some were tried again")
				require.Positive(t, c.retries(false))
				require.Equal(t, c.attempts()-calls, c.retries(true))
			})
		})
	}
}

func TestFewCallsMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	simulate(t, func(t *testing.T, c *caller) {
		c.set(always(503, 0, nil))
		c.gets(4)
		require.Equal(t, 4+5, c.attempts(), "five in ten seconds, however few calls")
		pass(11 * time.Second)
		c.gets(1)
		require.Equal(t, 4+5+3, c.attempts())
	})
}
