// Package openloop sends requests by a schedule that is fixed before the first of
// them: each has its moment, whatever became of those before it, and its latency
// is counted from that moment. A server that stalls is so charged for all who
// would have come meanwhile.
package openloop

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/dailyfeed/dailyfeed/test/load/proc"
)

// Plan says how many requests come when.
type Plan struct {
	// Rate is how many come a second, on average; Poisson arrivals.
	Rate float64
	// Requests is how many come in all.
	Requests int
	// Workers bound the requests under way; one that finds no worker free waits,
	// and its latency counts the wait. 0 is 256.
	Workers int
	// Seed makes the schedule the same each time.
	Seed uint64
}

// Outcome is what became of a plan.
type Outcome struct {
	Requests int
	Failed   int64
	// Elapsed is from the first moment to the last answer.
	Elapsed time.Duration
	// Latency is in microseconds, from the intended start.
	Latency *hdrhistogram.Histogram
	// OwnCPU is what the generator itself used.
	OwnCPU time.Duration
	// FirstError is why the first of the failed ones failed.
	FirstError error
}

// Quantile is a latency; q is in percent.
func (o Outcome) Quantile(q float64) time.Duration {
	return time.Duration(o.Latency.ValueAtQuantile(q)) * time.Microsecond
}

// Rate is how many were answered a second.
func (o Outcome) Rate() float64 { return float64(o.Requests) / o.Elapsed.Seconds() }

const (
	defaultWorkers = 256
	longestMicros  = 60_000_000
	digits         = 3
)

// schedule is the moments of a plan, from its beginning.
func schedule(plan Plan) []time.Duration {
	random := rand.New(rand.NewPCG(plan.Seed, 1))
	moments, at := make([]time.Duration, plan.Requests), 0.0
	for i := range moments {
		at += random.ExpFloat64() / plan.Rate
		moments[i] = time.Duration(at * float64(time.Second))
	}
	return moments
}

// Run sends request 0 … n−1 of a plan. It ends early with ctx.
func Run(ctx context.Context, plan Plan, send func(ctx context.Context, i int) error) Outcome {
	if plan.Workers <= 0 {
		plan.Workers = defaultWorkers
	}
	r := &run{plan: plan, moments: schedule(plan), send: send}
	own := proc.OwnCPU()
	r.began = time.Now()
	histograms := make([]*hdrhistogram.Histogram, min(plan.Workers, plan.Requests))
	var workers sync.WaitGroup
	for w := range histograms {
		histograms[w] = hdrhistogram.New(1, longestMicros, digits)
		workers.Go(func() { r.work(ctx, histograms[w]) })
	}
	workers.Wait()
	outcome := Outcome{
		Requests: plan.Requests, Failed: r.failed.Load(), Elapsed: time.Since(r.began),
		Latency: hdrhistogram.New(1, longestMicros, digits), OwnCPU: proc.OwnCPU() - own,
	}
	if err := r.first.Load(); err != nil {
		outcome.FirstError = *err
	}
	for _, h := range histograms {
		outcome.Latency.Merge(h)
	}
	return outcome
}

type run struct {
	plan    Plan
	moments []time.Duration
	send    func(ctx context.Context, i int) error
	began   time.Time
	next    atomic.Int64
	failed  atomic.Int64
	first   atomic.Pointer[error]
}

// work takes the next request, waits for its moment and sends it.
func (r *run) work(ctx context.Context, latency *hdrhistogram.Histogram) {
	for {
		i := int(r.next.Add(1)) - 1
		if i >= len(r.moments) {
			return
		}
		intended := r.began.Add(r.moments[i])
		if !waitUntil(ctx, intended) {
			return
		}
		if err := r.send(ctx, i); err != nil {
			r.failed.Add(1)
			r.first.CompareAndSwap(nil, &err)
		}
		_ = latency.RecordValue(min(max(time.Since(intended).Microseconds(), 1), longestMicros)) // within its range
	}
}

func waitUntil(ctx context.Context, moment time.Time) bool {
	timer := time.NewTimer(time.Until(moment))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
