package faults_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
)

const (
	benchPairs   = 8
	benchFor     = 5 * time.Second
	benchSettle  = 2 * time.Second
	benchWriters = 4
	benchEvery   = 40 * time.Millisecond // between the posts of one writer
)

// BenchmarkWritesWithoutKafka compares how long a post takes while Kafka is dead with how
// long it takes while Kafka runs: as many posts a second on either side, pair by pair,
// the one or the other first. Between them, all that waited is sent. What the posts were
// is compared with the ledger at the end.
func BenchmarkWritesWithoutKafka(b *testing.B) {
	a := newArena(b, "bench", arena.Config{Replicas: map[string]int{"content": 2}})
	s := play(b, a, benchWriters)
	s.write(b.Context(), benchFor) // everything is warm
	for b.Loop() {
		middle, tail := make([]float64, benchPairs), make([]float64, benchPairs)
		for n := range benchPairs {
			with, without := s.pair(b.Context(), n%2 == 0)
			middle[n], tail[n] = ratio(without, with, 0.5), ratio(without, with, 0.99)
			s.note("pair %d: p50 %s / %s, p99 %s / %s (Kafka dead / alive), %d and %d posts", n+1, quantile(without, 0.5), quantile(with, 0.5),
				quantile(without, 0.99), quantile(with, 0.99), len(without), len(with))
		}
		slices.Sort(middle)
		slices.Sort(tail)
		s.note("dead / alive: p50 %s, p99 %s", spread(middle), spread(tail))
		b.ReportMetric(middle[len(middle)/2], "p50-dead/alive")
		b.ReportMetric(tail[len(tail)/2], "p99-dead/alive")
	}
	s.good()
}

func spread(sorted []float64) string {
	return fmt.Sprintf("%.2f (%.2f to %.2f)", sorted[len(sorted)/2], sorted[0], sorted[len(sorted)-1])
}

// pair measures both sides. Each begins with all events sent.
func (s *scene) pair(ctx context.Context, aliveFirst bool) (with, without []time.Duration) {
	s.t.Helper()
	alive := func() {
		s.awaitQuiet(ctx)
		arena.Wait(ctx, benchSettle)
		with = s.write(ctx, benchFor)
	}
	if aliveFirst {
		alive()
	}
	s.awaitQuiet(ctx)
	require.NoError(s.t, s.arena.Broker(0).Kill())
	arena.Wait(ctx, benchSettle)
	without = s.write(ctx, benchFor)
	require.NoError(s.t, s.arena.Broker(0).Start(ctx))
	if !aliveFirst {
		alive()
	}
	return with, without
}

func (s *scene) awaitQuiet(ctx context.Context) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, quietWithin)
	defer cancel()
	require.Empty(s.t, s.evidence.AwaitQuiet(ctx))
}

// write lets every writer post at its times, and returns how long after its time each
// post was answered.
func (s *scene) write(ctx context.Context, during time.Duration) (took []time.Duration) {
	s.t.Helper()
	var mu sync.Mutex
	var writers sync.WaitGroup
	began := time.Now()
	for writer := range benchWriters {
		writers.Go(func() {
			for at := time.Duration(writer) * benchEvery / benchWriters; at < during; at += benchEvery {
				due := began.Add(at)
				arena.Wait(ctx, time.Until(due))
				if err := s.crowd.Probe(ctx, writer, writer); err != nil {
					s.t.Errorf("post: %v", err)
					return
				}
				mu.Lock()
				took = append(took, time.Since(due))
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	slices.Sort(took)
	return took
}

func quantile(sorted []time.Duration, q float64) time.Duration {
	return sorted[int(q*float64(len(sorted)-1))].Round(10 * time.Microsecond)
}

func ratio(x, y []time.Duration, q float64) float64 {
	return quantile(x, q).Seconds() / quantile(y, q).Seconds()
}
