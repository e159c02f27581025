package deadletter_test

import (
	"context"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func benchPost(b *testing.B, servers testenv.KafkaSpace) (*mysql.Pool, *kafka.Producer) {
	b.Helper()
	pool, err := mysql.Open(mysql.Config{DSN: testenv.MySQL(b).DSN})
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	for _, statement := range deadletter.TableSQL("content") {
		require.NoError(b, pool.DB(b.Context()).Exec(statement).Error)
	}
	producer, err := kafka.NewProducer(kafka.ProducerConfig{Bootstrap: servers.Bootstrap})
	require.NoError(b, err)
	b.Cleanup(producer.Close)
	return pool, producer
}

func lettersFor(topic string, n int) []deadletter.Letter {
	all := lettersOf(topic, n)
	for i := range all {
		all[i].Payload = make([]byte, 600)
	}
	return all
}

// BenchmarkDrain sends a backlog as an outage leaves it. One operation is a letter. The
// heap is the most that lives after a collection, early (the second tenth of the way)
// and late (the last tenth).
func BenchmarkDrain(b *testing.B) {
	servers := testenv.Kafka(b)
	pool, producer := benchPost(b, servers)
	store := deadletter.NewStore(pool, "content", "b", time.Now)
	dead := deadletter.NewPublisher(store, producer, deadletter.Silent{}, deadletter.PublisherConfig{Queue: 1, Lease: time.Nanosecond})
	for left := b.N; left > 0; left -= min(left, 1000) {
		require.NoError(b, pool.InTx(b.Context(), func(ctx context.Context) error {
			return dead.Append(ctx, lettersFor(servers.Topic("t"), min(left, 1000))...)
		}))
	}
	heap := &heapWatch{of: b.N}
	drain := deadletter.NewDrain(store, producer, heap)
	b.ResetTimer()
	sent, err := drain.DrainDue(b.Context())
	b.StopTimer()
	require.NoError(b, err)
	require.Equal(b, b.N, sent)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
	b.ReportMetric(heap.early, "early-MiB")
	b.ReportMetric(heap.late, "late-MiB")
}

// heapWatch looks at the heap where a drain reports how far it is.
type heapWatch struct {
	deadletter.Silent
	of, sent    int
	early, late float64
}

func (w *heapWatch) Drained(n int) {
	w.sent += n
	const parts = 10
	var most *float64
	switch w.sent * parts / max(1, w.of) {
	case 1:
		most = &w.early
	case parts - 1:
		most = &w.late
	default:
		return
	}
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	*most = max(*most, float64(sample[0].Value.Uint64())/(1<<20))
}

// BenchmarkPublish commits letters one by one from eight writers, and waits until
// Kafka has the last one. One operation is a transaction with its letter.
func BenchmarkPublish(b *testing.B) {
	servers := testenv.Kafka(b)
	pool, producer := benchPost(b, servers)
	store := deadletter.NewStore(pool, "content", "b", time.Now)
	publisher := deadletter.NewPublisher(store, producer, deadletter.Silent{}, deadletter.PublisherConfig{})
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = publisher.Run(ctx) })
	all := lettersFor(servers.Topic("t"), b.N)
	work := make(chan deadletter.Letter)
	b.ResetTimer()
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for letter := range work {
				if err := pool.InTx(ctx, func(ctx context.Context) error { return publisher.Append(ctx, letter) }); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, letter := range all {
		work <- letter
	}
	close(work)
	writers.Wait()
	committed := b.Elapsed()
	require.Eventually(b, func() bool {
		counts, err := store.Count(ctx)
		return err == nil && counts == deadletter.Counts{}
	}, time.Minute, time.Millisecond)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/committed.Seconds(), "commits/s")
	b.ReportMetric(float64(b.Elapsed()-committed)/float64(time.Millisecond), "ms-behind")
	cancel()
	running.Wait()
}
