package serviceclient_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// row is a row of the breaker table of spec 12, written a second time.
type row struct {
	profile                     serviceclient.Profile
	window, least, failed, slow int
	slowIs, openFor             time.Duration
	halfOpen                    int
}

func rows() map[string]row {
	return map[string]row{
		"default":  {serviceclient.Default(), 100, 10, 50, 80, 5 * time.Second, 60 * time.Second, 10},
		"critical": {serviceclient.Critical(), 50, 5, 40, 70, 3 * time.Second, 30 * time.Second, 5},
		"bulk":     {serviceclient.Bulk(), 200, 20, 60, 85, 10 * time.Second, 120 * time.Second, 10},
	}
}

// eachRow runs a test in simulated time for each row.
func eachRow(t *testing.T, test func(t *testing.T, r row, c *caller)) {
	t.Helper()
	for name, r := range rows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, r, newCaller(t, once(r.profile))) })
		})
	}
}

func TestBreakerOpensAtTheFailurePercentageAndNotBelow(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		failures := r.failed * r.window / 100
		c.gets(r.window - failures) // a whole window, at first all well
		c.set(always(500, 0, nil))
		c.gets(failures - 1)
		require.Equal(t, serviceclient.Closed, c.transport.State())
		c.gets(1)
		require.Equal(t, serviceclient.Open, c.transport.State())
		require.Equal(t, []string{"member: closed → open"}, c.history())
		c.requireRejected()
	})
}

func TestBreakerForgetsCallsThatLeaveTheWindow(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		failures := r.failed*r.window/100 - 1
		c.gets(r.window - failures)
		for range 3 { // just below the percentage, for three windows
			c.set(always(503, 0, nil))
			c.gets(failures)
			c.set(always(200, 0, nil))
			c.gets(r.window - failures)
		}
		require.Empty(t, c.history())
	})
}

func TestBreakerWaitsForMinCalls(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		c.set(always(0, 0, errRefused))
		c.gets(r.least - 1)
		require.Equal(t, serviceclient.Closed, c.transport.State())
		c.set(always(200, 0, nil))
		c.gets(1) // the last of min calls decides, whatever it was itself
		require.Equal(t, serviceclient.Open, c.transport.State())
	})
}

func TestBreakerOpensAtTheSlowPercentage(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		slow := r.slow * r.window / 100
		c.gets(r.window - slow)
		c.set(always(200, r.slowIs-time.Millisecond, nil))
		c.gets(slow)
		require.Empty(t, c.history(), "almost slow is not slow")
		c.set(always(200, 0, nil))
		c.gets(r.window)

		c.set(always(200, r.slowIs, nil))
		c.gets(slow - 1)
		require.Equal(t, serviceclient.Closed, c.transport.State())
		status, err := c.get()
		require.NoError(t, err, "a slow answer is an answer")
		require.Equal(t, 200, status)
		require.Equal(t, serviceclient.Open, c.transport.State())
	})
}

func TestBreakerStaysOpenForItsTimeAndClosesAfterGoodTrials(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		c.set(always(0, 0, errRefused))
		c.gets(r.least)
		c.set(always(200, 0, nil))
		pass(r.openFor - time.Millisecond)
		c.requireRejected()
		pass(2 * time.Millisecond)
		require.Equal(t, serviceclient.HalfOpen, c.transport.State())
		for range r.halfOpen {
			require.Equal(t, serviceclient.HalfOpen, c.transport.State())
			status, err := c.get()
			require.NoError(t, err)
			require.Equal(t, 200, status)
		}
		require.Equal(t, serviceclient.Closed, c.transport.State())
		require.Equal(t, []string{"member: closed → open", "member: open → half-open", "member: half-open → closed"}, c.history())

		c.set(always(500, 0, nil))
		c.gets(r.least - 1)
		require.Equal(t, serviceclient.Closed, c.transport.State(), "it begins with an empty window")
	})
}

func TestBreakerOpensAgainAfterBadTrials(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]func(row) (status int, after time.Duration){
		"failed": func(row) (int, time.Duration) { return 503, 0 },
		"slow":   func(r row) (int, time.Duration) { return 200, r.slowIs },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachRow(t, func(t *testing.T, r row, c *caller) {
				c.set(always(0, 0, errRefused))
				c.gets(r.least)
				pass(r.openFor + time.Millisecond)
				status, after := bad(r)
				c.set(always(status, after, nil))
				trials := c.attempts()
				for c.transport.State() == serviceclient.HalfOpen {
					_, err := c.get()
					require.NoError(t, err)
				}
				require.LessOrEqual(t, c.attempts()-trials, r.halfOpen)
				require.Equal(t, serviceclient.Open, c.transport.State())
				c.requireRejected()
				pass(r.openFor + time.Millisecond)
				require.Equal(t, serviceclient.HalfOpen, c.transport.State())
			})
		})
	}
}

func TestOneBadTrialIsNotAnOutage(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		c.set(always(0, 0, errRefused))
		c.gets(r.least)
		pass(r.openFor + time.Millisecond)
		c.gets(1)
		c.set(always(200, 0, nil))
		c.gets(r.halfOpen - 1)
		require.Equal(t, serviceclient.Closed, c.transport.State())
	})
}

func TestOnlySoManyTrialsAtATime(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		c.set(always(0, 0, errRefused))
		c.gets(r.least)
		pass(r.openFor + time.Millisecond)
		c.set(always(200, time.Second, nil))
		before := c.attempts()
		for range r.halfOpen * 3 {
			go func() { _, _ = c.get() }()
		}
		synctest.Wait()
		require.Equal(t, r.halfOpen, c.attempts()-before)
		pass(2 * time.Second)
		require.Equal(t, serviceclient.Closed, c.transport.State())
		require.Equal(t, r.halfOpen*2, c.count(serviceclient.Rejected))
	})
}

func TestAbandonedTrialsMakeRoomForOthers(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		c.set(always(0, 0, errRefused))
		c.gets(r.least)
		pass(r.openFor + time.Millisecond)
		c.set(always(200, time.Second, nil))
		for range r.halfOpen * 2 {
			ctx, cancel := context.WithCancel(t.Context())
			go cancel()
			_, err := c.do(ctx, http.MethodGet)
			require.ErrorIs(t, err, context.Canceled)
		}
		c.gets(r.halfOpen)
		require.Equal(t, serviceclient.Closed, c.transport.State())
	})
}

func TestCallsFromBeforeAChangeDoNotCount(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, _ *caller) {
		profile := once(r.profile)
		profile.CallTimeout, profile.Retry.AttemptTimeout = time.Hour, time.Hour
		c := newCaller(t, profile)
		c.set(always(500, r.openFor+time.Minute, nil)) // still running when trials begin
		for range r.least * 2 {
			go func() { _, _ = c.get() }()
		}
		synctest.Wait()
		c.set(always(0, 0, errRefused))
		c.gets(r.least)
		c.set(always(200, 0, nil))
		pass(r.openFor + time.Millisecond)
		require.Equal(t, serviceclient.HalfOpen, c.transport.State())
		pass(time.Minute)
		require.Equal(t, serviceclient.HalfOpen, c.transport.State())
		c.gets(r.halfOpen)
		require.Equal(t, serviceclient.Closed, c.transport.State())
	})
}

func TestAnswersOfTheCallersKindAreNoFailures(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		for _, status := range []int{400, 401, 403, 404, 409, 413, 422, 429, 200, 201, 304} {
			c.set(always(status, 0, nil))
			c.gets(r.window)
		}
		require.Empty(t, c.history())
		require.Zero(t, c.count(serviceclient.Failed))
	})
}

func TestCallersWhoLeaveDoNotCount(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		c.set(always(200, r.slowIs*2, nil)) // slow, too: that does not count either
		for range r.window {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(r.slowIs, cancel)
			_, err := c.do(ctx, http.MethodGet)
			require.ErrorIs(t, err, context.Canceled)
		}
		require.Empty(t, c.history())
		require.Equal(t, r.window, c.count(serviceclient.Abandoned))
	})
}

func TestDeadlineCountsUnlessTheCallerHadNoTime(t *testing.T) {
	t.Parallel()
	eachRow(t, func(t *testing.T, r row, c *caller) {
		c.set(always(200, 100*time.Millisecond, nil)) // the usual time
		c.gets(r.window)
		short := func(limit time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			_, err := c.do(ctx, http.MethodGet)
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		for range r.window {
			short(50 * time.Millisecond)
		}
		require.Empty(t, c.history(), "they came too late for anybody")
		c.set(always(200, time.Hour, nil))
		for range r.window {
			if c.transport.State() == serviceclient.Closed {
				short(time.Second)
			}
		}
		require.Equal(t, serviceclient.Open, c.transport.State())
	})
}

// A loop with pauses of its own is never told to stay away, whatever happens,
// and asks once each time.
func TestPollingHasNoBreakerAndNoRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCaller(t, serviceclient.Polling())
		const times = 1000
		for i := range times {
			c.set(always([]int{0, 503, 500}[i%3], 0, map[bool]error{true: errRefused}[i%3 == 0]))
			c.gets(1)
			pass(100 * time.Millisecond)
		}
		require.Equal(t, times, c.attempts())
		require.Zero(t, c.count(serviceclient.Rejected))
		require.Empty(t, c.history())
		c.set(always(200, time.Hour, nil))
		begin := time.Now()
		_, err := c.get()
		require.ErrorIs(t, err, serviceclient.ErrAttemptTimeout)
		require.Equal(t, 2*time.Second, time.Since(begin))
		c.set(always(200, 0, nil))
		status, err := c.get()
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, "the first that can is answered")
	})
}
