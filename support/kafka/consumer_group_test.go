package kafka_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// ledger is what was acknowledged and what was handled, over all members.
type ledger struct {
	mu       sync.Mutex
	written  map[string]bool
	handled  map[string]int
	newest   map[kafka.TopicPartition]int64
	disorder []string
}

func newLedger() *ledger {
	return &ledger{written: map[string]bool{}, handled: map[string]int{}, newest: map[kafka.TopicPartition]int64{}}
}

func (l *ledger) take(_ context.Context, m kafka.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	tp := kafka.TopicPartition{Topic: m.Topic, Partition: m.Partition}
	if newest, seen := l.newest[tp]; seen && m.Offset > newest+1 || !seen && m.Offset != 0 {
		l.disorder = append(l.disorder, fmt.Sprint(tp, " ", newest, " then ", m.Offset))
	}
	l.newest[tp] = max(l.newest[tp], m.Offset)
	l.handled[m.Topic+string(m.Key)]++
	return nil
}

func (l *ledger) wrote(r kafka.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written[r.Topic+string(r.Key)] = true
}

// open is how many acknowledged records are not handled yet.
func (l *ledger) open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := 0
	for key := range l.written {
		if l.handled[key] == 0 {
			count++
		}
	}
	return count
}

func (l *ledger) twice() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := 0
	for _, times := range l.handled {
		if times > 1 {
			count++
		}
	}
	return count
}

// write produces to two topics until the returned function is called, and enters
// what was acknowledged.
func (l *ledger) write(t *testing.T, env testenv.KafkaSpace) (stop func()) {
	t.Helper()
	producer := newProducer(t, env.Bootstrap)
	ctx, cancel := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			var records []kafka.Record
			for id := range 40 {
				records = append(records, kafka.Record{
					Topic: env.Topic(fmt.Sprint("day", n%2)), PartitionKey: []byte(fmt.Sprint(id)), Key: []byte(fmt.Sprint(id, "/", n)),
				})
			}
			for i, err := range producer.Produce(context.Background(), records) {
				if err == nil {
					l.wrote(records[i])
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	return func() { cancel(); writing.Wait() }
}

func (l *ledger) awaitAll(t *testing.T) {
	t.Helper()
	await(t, func() bool { return l.open() == 0 }, func() any { return fmt.Sprint(l.open(), " not handled") })
	l.mu.Lock()
	defer l.mu.Unlock()
	require.Empty(t, l.disorder, "a record was skipped")
	require.NotEmpty(t, l.written)
}

func TestGroup_ScalesUpAndDownWithoutLossOrRepetition(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	all := newLedger()
	stop := all.write(t, env)
	first := start(t, env, all.take)
	first.awaitPartitions(t, 12)
	members := []*running{first}
	for _, size := range []int{3, 6, 2, 4, 1} {
		for len(members) < size {
			members = append(members, start(t, env, all.take))
		}
		for len(members) > size {
			members[0].stop(t)
			members = members[1:]
		}
		await(t, func() bool { return shares(members) }, func() any { return shareSizes(members) })
	}
	stop()
	all.awaitAll(t)
	require.Zero(t, all.twice(), "every departure committed what it had handled")
	for _, m := range members {
		require.Empty(t, m.faulted())
	}
}

// shares: all twelve partitions are divided, as evenly as can be.
func shares(members []*running) bool {
	sum := 0
	for _, size := range shareSizes(members) {
		if size < 12/len(members) || size > (12+len(members)-1)/len(members) {
			return false
		}
		sum += size
	}
	return sum == 12
}

func shareSizes(members []*running) []int {
	var sizes []int
	for _, m := range members {
		sizes = append(sizes, len(m.assigned()))
	}
	return sizes
}

func TestGroup_ALeavingMemberIsReplacedAtOnce(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	long := func(c *kafka.ConsumerConfig) { c.SessionTimeout = 20 * time.Second }
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, patience), numbered(env.Topic("d"), 1, 0, 1)))
	leaving := start(t, env, nil, long)
	leaving.awaitPartitions(t, 6)
	staying := start(t, env, nil, long)
	staying.awaitPartitions(t, 3)
	began := time.Now()
	leaving.stop(t)
	staying.awaitPartitions(t, 6)
	require.Less(t, time.Since(began), 10*time.Second, "without waiting for the session to expire")
}

func TestGroup_ARevokedHandlerIsCancelledBeforeAnotherMemberHandles(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	producer := newProducer(t, env.Bootstrap)
	for id := range 6 {
		requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("d"), id, 0, 1)))
	}
	var mu sync.Mutex
	var order []string
	note := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, what)
	}
	slow := start(t, env, func(ctx context.Context, _ kafka.Message) error {
		<-ctx.Done()
		note("cancelled")
		return ctx.Err()
	}, func(c *kafka.ConsumerConfig) { c.Grace = 200 * time.Millisecond })
	slow.awaitPartitions(t, 6)
	quick := start(t, env, func(context.Context, kafka.Message) error {
		note("handled")
		return nil
	})
	quick.awaitPartitions(t, 3)
	slow.stop(t)
	quick.awaitCount(t, 6)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, "cancelled", order[0])
	require.Empty(t, slow.messages())
}

func TestGroup_AHandlerMayFinishItsRecordWithinTheGrace(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, patience), numbered(env.Topic("d"), 1, 0, 3)))
	entered := make(chan struct{}, 3)
	consumer := start(t, env, func(ctx context.Context, _ kafka.Message) error {
		entered <- struct{}{}
		select {
		case <-time.After(100 * time.Millisecond):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}, func(c *kafka.ConsumerConfig) { c.Grace = 10 * time.Second })
	<-entered
	consumer.stop(t)
	require.Len(t, consumer.messages(), 1, "the record under way, and no further one")

	next := start(t, env, nil)
	next.awaitCount(t, 2)
	require.Equal(t, "1", string(next.messages()[0].Value), "and it was committed")
}
