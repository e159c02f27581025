package serviceclient_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// looked is a neighbour whose readiness can be told apart from its answers.
type looked struct {
	*caller
	ready func() (status int, after time.Duration, err error)
	looks int
}

// newLooked is a caller that knows where its neighbour is, and so looks at it.
func newLooked(t *testing.T, profile serviceclient.Profile) *looked {
	t.Helper()
	addresses, err := serviceclient.ParseAddresses("http://member")
	require.NoError(t, err)
	n, o := &neighbour{answers: always(200, 0, nil)}, newRecorder()
	l := &looked{caller: &caller{t: t, neighbour: n, recorder: o}, ready: well}
	l.transport = serviceclient.NewTransport(serviceclient.Config{
		Target: "member", Profile: profile, Addresses: addresses, Now: time.Now, Observer: o, Base: l, Random: func() float64 { return 0.5 },
	})
	return l
}

// RoundTrip implements http.RoundTripper.
func (l *looked) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != "/healthcheck/ready" {
		return l.neighbour.RoundTrip(r)
	}
	l.neighbour.mu.Lock()
	l.looks++
	ready := l.ready
	l.neighbour.mu.Unlock()
	status, after, err := ready()
	return (&neighbour{answers: always(status, after, err)}).RoundTrip(r)
}

// says sets what the neighbour says when it is looked at.
func (l *looked) says(ready func() (int, time.Duration, error)) {
	l.neighbour.mu.Lock()
	defer l.neighbour.mu.Unlock()
	l.ready = ready
}

// lookedAt is how often it was looked at.
func (l *looked) lookedAt() int {
	l.neighbour.mu.Lock()
	defer l.neighbour.mu.Unlock()
	return l.looks
}

// open makes the breaker open.
func (l *looked) open(r row) {
	l.t.Helper()
	l.set(always(0, 0, errRefused))
	l.gets(r.least)
	require.Equal(l.t, serviceclient.Open, l.transport.State())
}

func eachLooked(t *testing.T, test func(t *testing.T, r row, l *looked)) {
	t.Helper()
	for name, r := range rows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, r, newLooked(t, once(r.profile))) })
		})
	}
}

func well() (int, time.Duration, error) { return 200, 0, nil }

func away() (int, time.Duration, error) { return 0, 0, errRefused }

func TestAnOpenBreakerLetsTrialsThroughAsSoonAsItsTargetIsReady(t *testing.T) {
	t.Parallel()
	eachLooked(t, func(t *testing.T, r row, l *looked) {
		l.says(away)
		l.open(r)
		pass(10*time.Second + time.Millisecond)
		require.Equal(t, 10, l.lookedAt(), "one each second, without any call")
		l.requireRejected()
		l.says(well)
		l.set(always(200, 0, nil))
		pass(time.Second)
		require.Equal(t, serviceclient.HalfOpen, l.transport.State())
		l.gets(r.halfOpen)
		require.Equal(t, serviceclient.Closed, l.transport.State())
		pass(time.Hour)
		require.Equal(t, 11, l.lookedAt(), "a closed one does not look")
		require.Equal(t, []string{"member: closed → open", "member: open → half-open", "member: half-open → closed"}, l.history())
		require.Equal(t, append(make([]bool, 10), true), l.recorder.told())
	})
}

func TestATargetThatIsNotReadyIsLeftAloneForTheTimeOfTheTable(t *testing.T) {
	t.Parallel()
	for name, ready := range map[string]func() (int, time.Duration, error){
		"gone":      away,
		"not ready": func() (int, time.Duration, error) { return 503, 0, nil },
		"hangs":     func() (int, time.Duration, error) { return 200, time.Hour, nil },
		"other":     func() (int, time.Duration, error) { return 404, 0, nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachLooked(t, func(t *testing.T, r row, l *looked) {
				l.says(ready)
				l.open(r)
				pass(r.openFor - time.Millisecond)
				l.requireRejected()
				pass(2 * time.Millisecond)
				require.Equal(t, serviceclient.HalfOpen, l.transport.State())
			})
		})
	}
}

// What says that it is ready and fails gets trials, but ever more seldom.
func TestATargetThatSaysThatItIsReadyAndFailsIsTriedSeldom(t *testing.T) {
	t.Parallel()
	eachLooked(t, func(t *testing.T, r row, l *looked) {
		l.open(r)
		begin, made := time.Now(), l.attempts()
		var trials []time.Duration
		for time.Since(begin) < 16*time.Second {
			if l.transport.State() == serviceclient.HalfOpen {
				trials = append(trials, time.Since(begin))
				for l.transport.State() == serviceclient.HalfOpen {
					_, _ = l.get()
				}
			}
			pass(10 * time.Millisecond)
		}
		for i, seconds := range []float64{1, 3, 6, 9, 12, 15} {
			require.InDelta(t, seconds, trials[i].Seconds(), 0.1)
		}
		require.LessOrEqual(t, l.attempts()-made, 6*r.halfOpen)

		l.set(always(200, 0, nil)) // and 5 s after it is well again, all calls are made
		pass(3*time.Second + time.Millisecond)
		l.gets(r.halfOpen)
		require.Equal(t, serviceclient.Closed, l.transport.State())
		l.open(r)
		pass(time.Second + time.Millisecond)
		require.Equal(t, serviceclient.HalfOpen, l.transport.State(), "what was before is forgotten")
	})
}

func TestWhoIsRefusedIsToldWhenTheTargetIsLookedAt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLooked(t, once(serviceclient.Critical()))
		l.says(away)
		l.open(rows()["critical"])
		_, err := l.get()
		var refused *serviceclient.NotMadeError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, time.Second, refused.RetryAfter)
	})
}

func TestATransportThatIsClosedDoesNotLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLooked(t, once(serviceclient.Critical()))
		l.open(rows()["critical"])
		l.transport.CloseIdleConnections()
		pass(29 * time.Second)
		require.Zero(t, l.lookedAt())
		l.requireRejected()
		pass(2 * time.Second)
		require.Equal(t, serviceclient.HalfOpen, l.transport.State())
	})
}

// A call from before that ends late must not open the door.
func TestALateAnswerDoesNotEndTheTimeOfBeingOpen(t *testing.T) {
	t.Parallel()
	for status := range map[int]bool{200: true, 500: true} {
		synctest.Test(t, func(t *testing.T) {
			c := newCaller(t, once(serviceclient.Critical()))
			c.set(always(status, 2*time.Second, nil))
			done := make(chan struct{})
			go func() { _, _ = c.get(); close(done) }()
			synctest.Wait()
			c.set(always(0, 0, errRefused))
			c.gets(5)
			require.Equal(t, serviceclient.Open, c.transport.State())
			<-done
			c.requireRejected()
			require.Equal(t, serviceclient.Open, c.transport.State())
		})
	}
}
