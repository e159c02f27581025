package serviceclient_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

func TestLimiterTable(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		profile   serviceclient.Profile
		perSecond int
		wait      time.Duration
	}{
		"default":      {serviceclient.Default(), 100, 0},
		"critical":     {serviceclient.Critical(), 200, 100 * time.Millisecond},
		"conservative": {serviceclient.Bulk(), 50, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newCaller(t, row.profile)
				var group sync.WaitGroup
				begin := time.Now()
				for range 3 * row.perSecond {
					group.Go(func() { _, _ = c.get() })
				}
				group.Wait()
				waited := row.perSecond * int(row.wait/time.Millisecond) / 1000
				require.Equal(t, row.perSecond+waited, c.attempts(), "those at once, and those whose turn came in time")
				require.Equal(t, row.wait, time.Since(begin), "none waits longer")
				require.Equal(t, 2*row.perSecond-waited, c.count(serviceclient.Limited))
				require.Empty(t, c.history(), "what is not made does not count for the breaker")

				pass(time.Second) // the rate
				for range 2 * row.perSecond {
					_, _ = c.get()
					pass(time.Second / time.Duration(row.perSecond))
				}
				require.Equal(t, 3*row.perSecond+waited, c.attempts())
			})
		})
	}
}

func TestLimitedCallSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCaller(t, serviceclient.Default())
		c.gets(100)
		_, err := c.get()
		refused, ok := errors.AsType[*serviceclient.NotMadeError](err)
		require.True(t, ok)
		require.Equal(t, serviceclient.Limited, refused.Outcome)
		require.Equal(t, 10*time.Millisecond, refused.RetryAfter)
	})
}

func TestWaitForATurnEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		profile := serviceclient.Critical()
		profile.Limiter.PerSecond, profile.Limiter.Wait = 1, time.Minute
		c := newCaller(t, profile)
		c.gets(1)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := c.do(ctx, http.MethodGet)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 1, c.count(serviceclient.Abandoned))
		begin := time.Now()
		c.gets(1)
		require.Equal(t, 900*time.Millisecond, time.Since(begin), "its turn was given back")
	})
}
