package guard_test

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// stormPhase is how long each side of the pair is measured before the other.
	stormPhase = 5 * time.Second
	// profileRate is how many profiles a second are asked for, whatever becomes of
	// those before: a client that waits would not ask while it is slow.
	profileRate = 50
)

// BenchmarkLoginStorm compares GET /api/members/profile while nothing else
// happens with the same while every hashing slot of a replica is busy and one
// more login waits for each. Both sides take turns in one run; the ratio of
// their 99th percentiles is the figure, those of single turns are its spread.
// The storm is no larger than that, since its client has the same processors.
func BenchmarkLoginStorm(b *testing.B) {
	base, me := member(b, 0), newAccount(b)
	stormers := 2 * max(1, runtime.NumCPU()/2) // PASSWORD_HASH_SLOTS by default
	var idle, storm []time.Duration
	var ratios []float64
	var logins atomic.Int64
	for b.Loop() {
		calm := profiles(b, base, me.token)
		ctx, cancel := context.WithCancel(b.Context())
		var running sync.WaitGroup
		for range stormers {
			running.Go(func() {
				for ctx.Err() == nil { // as the owner, on a known device: nothing is counted
					got, err := try(ctx, http.MethodPost, base+"/api/authentication/login", loginBody(me.email, password), "Cookie", "device="+me.device)
					if err == nil && got.status == http.StatusOK {
						logins.Add(1)
					}
				}
			})
		}
		rough := profiles(b, base, me.token)
		cancel()
		running.Wait()
		ratios = append(ratios, percentile(rough, 99)/percentile(calm, 99))
		idle, storm = append(idle, calm...), append(storm, rough...)
	}
	slices.Sort(ratios)
	b.ReportMetric(percentile(idle, 50), "idle-p50-ms")
	b.ReportMetric(percentile(idle, 99), "idle-p99-ms")
	b.ReportMetric(percentile(storm, 50), "storm-p50-ms")
	b.ReportMetric(percentile(storm, 99), "storm-p99-ms")
	b.ReportMetric(percentile(storm, 99)/percentile(idle, 99), "p99-ratio")
	b.ReportMetric(ratios[0], "least-ratio")
	b.ReportMetric(ratios[len(ratios)/2], "median-ratio")
	b.ReportMetric(ratios[len(ratios)-1], "most-ratio")
	b.ReportMetric(float64(logins.Load())/(float64(b.N)*stormPhase.Seconds()), "logins/s")
}

// profiles asks at the rate, and returns how long each answer took from when it
// was due.
func profiles(b *testing.B, base, token string) []time.Duration {
	b.Helper()
	var mu sync.Mutex
	var took []time.Duration
	var asked sync.WaitGroup
	const pause = time.Second / profileRate
	begin := time.Now()
	for i := range int(stormPhase / pause) {
		due := begin.Add(time.Duration(i) * pause)
		timer := time.NewTimer(time.Until(due))
		<-timer.C
		asked.Go(func() {
			got, err := try(b.Context(), http.MethodGet, base+"/api/members/profile", "", bearer(token)...)
			elapsed := time.Since(due)
			if err != nil || got.status != http.StatusOK {
				b.Errorf("%d %v", got.status, err)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, elapsed)
		})
	}
	asked.Wait()
	return took
}

// percentile in milliseconds.
func percentile(all []time.Duration, p int) float64 {
	slices.Sort(all)
	if len(all) == 0 {
		return 0
	}
	return float64(all[min(len(all)-1, len(all)*p/100)].Microseconds()) / 1000
}
