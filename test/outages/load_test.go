package outages_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// load is clients that use all endpoints. What they see is written to the
// record of the time at which the request began.
type load struct {
	town   *town
	client *http.Client
	stop   context.CancelFunc
	group  sync.WaitGroup

	mu     sync.Mutex
	record *record
}

// record is what was seen of each endpoint.
type record struct {
	mu    sync.Mutex
	seen  map[string]*seen
	total int
	// failures are the first ones, for the log
	failures []string
}

const failuresKept = 50

type seen struct {
	well  int
	bad   map[string]int // by status and code
	times []time.Duration
}

// startLoad lets so many clients ask for so many requests a second in all; 0 is
// as many as they get answered.
func startLoad(t *testing.T, w *town, clients, perSecond int) *load {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	l := &load{town: w, stop: stop, record: newRecord(), client: &http.Client{
		Timeout: 20 * time.Second,
		Transport: &http.Transport{
			MaxIdleConnsPerHost: clients, MaxIdleConns: clients, DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
		},
	}}
	turns := make(chan struct{}, 1)
	if perSecond == 0 {
		close(turns)
	} else {
		l.group.Go(func() { pace(ctx, turns, perSecond) })
	}
	for i := range clients { // each uses one service, so that one that hangs does not keep all busy
		l.group.Go(func() { l.use(ctx, services[i%len(services)], turns) })
	}
	t.Cleanup(l.end)
	return l
}

func pace(ctx context.Context, turns chan<- struct{}, perSecond int) {
	ticker := time.NewTicker(time.Second / time.Duration(perSecond))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		select {
		case turns <- struct{}{}:
		default: // all clients wait for answers
		}
	}
}

func (l *load) use(ctx context.Context, service string, turns <-chan struct{}) {
	var mine []endpoint
	for _, e := range endpoints {
		if e.service == service {
			mine = append(mine, e)
		}
	}
	for ctx.Err() == nil {
		for _, i := range rand.Perm(len(mine)) {
			select {
			case <-ctx.Done():
				return
			case <-turns:
			}
			if ctx.Err() != nil {
				return
			}
			l.ask(ctx, mine[i])
		}
	}
}

// ask makes one request and notes its answer, and returns what was wrong with it.
func (l *load) ask(ctx context.Context, e endpoint) string {
	l.mu.Lock()
	into := l.record
	l.mu.Unlock()
	r, err := e.request(l.town)
	if err != nil {
		return err.Error()
	}
	begin := time.Now()
	response, err := l.client.Do(r.WithContext(context.WithoutCancel(ctx)))
	var wrong string
	if err != nil {
		wrong = "no answer"
		if netErr := net.Error(nil); errors.As(err, &netErr) && netErr.Timeout() {
			wrong = "no answer in time"
		}
	} else {
		wrong = read(response, e)
	}
	into.note(e, wrong, time.Since(begin))
	return wrong
}

// read is "" for an answer that is well, else its status and code.
func read(response *http.Response, e endpoint) string {
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return "half an answer"
	}
	if e.isWell(response.StatusCode) {
		return ""
	}
	var failure struct{ Code string }
	_ = json.Unmarshal(body, &failure)
	if response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") == "" {
		return "503 without Retry-After"
	}
	return fmt.Sprint(response.StatusCode, " ", failure.Code)
}

func newRecord() *record { return &record{seen: map[string]*seen{}} }

func (r *record) note(e endpoint, wrong string, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.seen[e.name]
	if s == nil {
		s = &seen{bad: map[string]int{}}
		r.seen[e.name] = s
	}
	r.total++
	s.times = append(s.times, took)
	if wrong == "" {
		s.well++
		return
	}
	s.bad[wrong]++
	if len(r.failures) < failuresKept {
		r.failures = append(r.failures, fmt.Sprintf("%s %s after %s: %s", time.Now().Format(time.TimeOnly), e.name, took, wrong))
	}
}

// next begins a new record and returns the last one. Requests under way are
// still noted in that.
func (l *load) next() *record {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := l.record
	l.record = newRecord()
	return last
}

// end ends the load when its last answers are there.
func (l *load) end() {
	l.stop()
	l.group.Wait()
	l.client.CloseIdleConnections()
}

// of sums what was seen of the endpoints of some services; none means all.
func (r *record) of(names ...string) seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := seen{bad: map[string]int{}}
	for _, e := range endpoints {
		s := r.seen[e.name]
		if s == nil || (len(names) > 0 && !slices.Contains(names, e.service) && !slices.Contains(names, e.name)) {
			continue
		}
		sum.well += s.well
		sum.times = append(sum.times, s.times...)
		for what, count := range s.bad {
			sum.bad[what] += count
		}
	}
	return sum
}

func (s seen) failed() (count int) {
	for _, n := range s.bad {
		count += n
	}
	return count
}

func (s seen) p99() time.Duration {
	if len(s.times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s.times))
	return sorted[len(sorted)*99/100].Round(time.Millisecond)
}

// share is the percentage of requests that were well.
func (s seen) share() float64 { return 100 * float64(s.well) / float64(max(1, s.well+s.failed())) }

// codes are what went wrong, most frequent first.
func (s seen) codes() string {
	text := ""
	for _, what := range slices.SortedFunc(maps.Keys(s.bad), func(a, b string) int { return s.bad[b] - s.bad[a] }) {
		text += fmt.Sprintf("%s ×%d, ", what, s.bad[what])
	}
	return text[:max(0, len(text)-len(", "))]
}
