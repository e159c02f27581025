package httpserver_test

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// A service that has room for eight at a time and takes a while for each, as
// with a pool of connections; its deadline is short, so that the test is.
const (
	workers  = 8
	each     = 100 * time.Millisecond
	deadline = 5 * time.Second
	// wanted is the share of what can be done that is done under overload.
	wanted = 0.85
)

func mountWork(f *fixture) {
	room := make(chan struct{}, workers)
	f.Public().GET("/api/work", f.Read(func(c *gin.Context) (httpserver.Reply, error) {
		ctx := c.Request.Context()
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			return httpserver.Reply{}, ctx.Err()
		}
		defer func() { <-room }()
		timer := time.NewTimer(each)
		defer timer.Stop()
		select {
		case <-timer.C:
			return httpserver.OK("done"), nil
		case <-ctx.Done():
			return httpserver.Reply{}, ctx.Err()
		}
	}))
}

// offered is what came of requests that were offered for a time.
type offered struct {
	mu        sync.Mutex
	well      int
	refused   []time.Duration
	wrong     map[string]int
	perSecond float64
}

func (o *offered) note(response *http.Response, err error, took time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err != nil:
		o.wrong[err.Error()]++
	case response.StatusCode == http.StatusOK:
		o.well++
	case response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != "":
		o.refused = append(o.refused, took)
	default:
		o.wrong[response.Status]++
	}
}

func (f *fixture) work(t *testing.T, o *offered) {
	t.Helper()
	begin := time.Now()
	response, err := f.client.Get(f.url + "/api/work")
	if err == nil {
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
	o.note(response, err, time.Since(begin))
}

// closed asks with so many clients, each again when it is answered.
func (f *fixture) closed(t *testing.T, clients int, lasting time.Duration) *offered {
	t.Helper()
	o := &offered{wrong: map[string]int{}}
	begin := time.Now()
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for time.Since(begin) < lasting {
				f.work(t, o)
			}
		})
	}
	group.Wait()
	o.perSecond = float64(o.well) / time.Since(begin).Seconds()
	return o
}

// open offers so many requests a second, whatever becomes of them.
func (f *fixture) open(t *testing.T, perSecond float64, lasting time.Duration) *offered {
	t.Helper()
	o := &offered{wrong: map[string]int{}}
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	var group sync.WaitGroup
	begin, sent := time.Now(), 0
	for elapsed := time.Duration(0); elapsed < lasting; elapsed = time.Since(begin) {
		<-ticker.C
		for ; float64(sent) < perSecond*time.Since(begin).Seconds(); sent++ {
			group.Go(func() { f.work(t, o) })
		}
	}
	group.Wait() // what was let in is answered, and that takes its time too
	o.perSecond = float64(o.well) / time.Since(begin).Seconds()
	return o
}

// Five times as much as can be done: nearly as much is done as can be, the rest
// is told at once to come back, and afterwards everything is as before. What
// can be done is measured in the same run.
func TestOverloadCostsOnlyWhatIsTooMuch(t *testing.T) { //nolint:paralleltest // it is about what the machine can do
	registry := prometheus.NewRegistry()
	f := newFixture(t, func(c *httpserver.Config) { c.Deadline, c.Registerer = deadline, registry }, mountWork)
	var capacity, over *offered
	for range 3 { // the machine may have had something else to do
		capacity = f.closed(t, 2*workers, 2*time.Second)
		require.Empty(t, capacity.wrong)
		over = f.open(t, 5*capacity.perSecond, 4*time.Second)
		if over.perSecond >= wanted*capacity.perSecond {
			break
		}
	}
	slices.Sort(over.refused)
	t.Logf("capacity %.0f/s; of 5 times as much %.0f/s were answered well (%.0f %%), %d refused (median %s, p99 %s), wrong: %v",
		capacity.perSecond, over.perSecond, 100*over.perSecond/capacity.perSecond, len(over.refused),
		over.refused[len(over.refused)/2], over.refused[len(over.refused)*99/100], over.wrong)
	require.GreaterOrEqual(t, over.perSecond, wanted*capacity.perSecond)
	require.Empty(t, over.wrong, "nobody waits until it is too late")
	require.NotEmpty(t, over.refused)
	require.Positive(t, metric(t, registry, "http_server_shed_total"))
	require.Eventually(t, func() bool {
		after := f.closed(t, workers, 200*time.Millisecond)
		return len(after.wrong) == 0 && len(after.refused) == 0 && after.well > 0
	}, 5*time.Second, 10*time.Millisecond, "as before")
}

// A burst that is answered in time is no overload, however many come at once.
func TestABurstIsTaken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) { c.MaxInFlight = 300 }, mountWork)
	o := &offered{wrong: map[string]int{}}
	var group sync.WaitGroup
	for range 300 {
		group.Go(func() { f.work(t, o) })
	}
	group.Wait()
	require.Empty(t, o.wrong)
	require.Equal(t, 300, o.well)
}
