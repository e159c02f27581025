package kafka_test

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestNewConsumer_ReportsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := kafka.NewConsumer(kafka.ConsumerConfig{Bootstrap: "x:1"})
	require.ErrorContains(t, err, "group")
	require.ErrorContains(t, err, "prefix")
	require.ErrorContains(t, err, "Handle")
	handle := func(context.Context, kafka.Message) error { return nil }
	_, err = kafka.NewConsumer(kafka.ConsumerConfig{Bootstrap: " , ", Group: "g", Prefix: "p", Handle: handle})
	require.ErrorContains(t, err, "bootstrap")
}

func TestConsumer_ReadsEveryTopicOfThePrefixFromItsBeginning(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	producer := newProducer(t, env.Bootstrap)
	for _, day := range []string{"20261114", "20261121", "20261122"} { // last week, today, tomorrow
		requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic(day), 1, 0, 20)))
	}
	consumer := start(t, env, nil)
	consumer.awaitCount(t, 60)
	consumer.awaitPartitions(t, 18)
	requireOrdered(t, consumer.messages())
}

// requireOrdered: per partition every offset once, ascending.
func requireOrdered(t *testing.T, messages []kafka.Message) {
	t.Helper()
	next := make(map[kafka.TopicPartition]int64)
	for _, m := range messages {
		tp := kafka.TopicPartition{Topic: m.Topic, Partition: m.Partition}
		require.Equal(t, next[tp], m.Offset, "%v", tp)
		next[tp]++
	}
}

func TestConsumer_GoesOnWhereItsGroupStopped(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	producer := newProducer(t, env.Bootstrap)
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("d"), 1, 0, 50)))
	first := start(t, env, nil)
	first.awaitCount(t, 50)
	first.stop(t)

	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("d"), 1, 50, 60)))
	second := start(t, env, nil)
	second.awaitCount(t, 10)
	require.Equal(t, "50", string(second.messages()[0].Value))
	require.Len(t, second.messages(), 10)
}

func TestConsumer_NeverCommitsPastWhatIsNotHandled(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, patience), numbered(env.Topic("d"), 1, 0, 50)))
	first := start(t, env, func(_ context.Context, m kafka.Message) error {
		if m.Offset >= 17 {
			return errStoreDown
		}
		return nil
	})
	await(t, func() bool { return first.retries() > 2 }, func() any { return first.faulted() })
	first.stop(t)
	require.Len(t, first.messages(), 17)

	second := start(t, env, nil)
	second.awaitCount(t, 33)
	require.Equal(t, "17", string(second.messages()[0].Value))
}

func TestConsumer_AFailingPartitionHoldsNoOther(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	producer := newProducer(t, env.Bootstrap)
	const stuck, other = 1, 2 // ids whose partitions differ (3 and 2 of 6)
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("d"), stuck, 0, 2000)))
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("d"), other, 0, 2000)))
	var broken atomic.Bool
	broken.Store(true)
	consumer := start(t, env, func(_ context.Context, m kafka.Message) error {
		if m.Partition == 3 && broken.Load() {
			return errStoreDown
		}
		return nil
	}, func(c *kafka.ConsumerConfig) { c.Parallel = 1 }) // not even for the only slot

	consumer.awaitCount(t, 2000)
	for _, m := range consumer.messages() {
		require.Equal(t, 2, m.Partition)
	}
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("d"), other, 2000, 2100)))
	consumer.awaitCount(t, 2100)
	await(t, func() bool { return consumer.retries() > 6 }, func() any { return consumer.retries() })

	broken.Store(false)
	consumer.awaitCount(t, 4100)
	requireOrdered(t, consumer.messages())
}

func TestConsumer_RetriesTheSameRecordInPlace(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, patience), numbered(env.Topic("d"), 1, 0, 5)))
	var attempts atomic.Int32
	consumer := start(t, env, func(_ context.Context, m kafka.Message) error {
		if m.Offset == 2 && attempts.Add(1) < 4 {
			return errStoreDown
		}
		return nil
	})
	consumer.awaitCount(t, 5)
	requireOrdered(t, consumer.messages())
	require.EqualValues(t, 4, attempts.Load())
	require.Equal(t, 3, consumer.retries())
}

func TestConsumer_APanickingHandlerHoldsItsPartitionOnly(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, patience), append(
		numbered(env.Topic("d"), 1, 0, 3), numbered(env.Topic("d"), 2, 0, 3)...)))
	consumer := start(t, env, func(_ context.Context, m kafka.Message) error {
		if m.Partition == 3 {
			_ = m.Headers[m.Offset+1] // a bug of the handler: there are none
		}
		return nil
	})
	consumer.awaitCount(t, 3)
	await(t, func() bool { return consumer.retries() > 2 }, func() any { return consumer.retries() })
}

func TestConsumer_PartitionsRunBesideEachOther(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	producer := newProducer(t, env.Bootstrap)
	for id := range 6 {
		requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("d"), id, 0, 4)))
	}
	var now, most atomic.Int32
	consumer := start(t, env, func(ctx context.Context, _ kafka.Message) error {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		select { // long enough for the others to come
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
		}
		return nil
	}, func(c *kafka.ConsumerConfig) { c.Parallel = 3 })
	consumer.awaitCount(t, 24)
	require.EqualValues(t, 3, most.Load(), "as many as may, and no more")
}

func TestConsumer_GivesBatchesAndTakesTheirFrontAsDone(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, patience), numbered(env.Topic("d"), 1, 0, 100)))
	var seen []string
	largest, calls := 0, 0
	finished := make(chan struct{})
	start(t, env, nil, func(c *kafka.ConsumerConfig) {
		c.Handle, c.MaxBatch = nil, 30
		c.HandleBatch = func(_ context.Context, batch []kafka.Message) (int, error) {
			largest = max(largest, len(batch))
			half := max(1, len(batch)/2)
			if calls++; calls%2 == 1 {
				half = len(batch)
			}
			for _, m := range batch[:half] {
				seen = append(seen, string(m.Value))
			}
			if len(seen) == 100 {
				close(finished)
			}
			if half < len(batch) {
				return half, errStoreDown
			}
			return half, nil
		}
	})
	select {
	case <-finished:
	case <-time.After(patience):
		require.Fail(t, "not finished")
	}
	for n, value := range seen {
		require.Equal(t, strconv.Itoa(n), value)
	}
	require.Equal(t, 30, largest)
}

func TestConsumer_FollowsANewTopicAndHardlyHoldsTheOldOnes(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	producer := newProducer(t, env.Bootstrap)
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("20261121"), 1, 0, 1)))
	var longest atomic.Int64 // from the append to the handler
	consumer := start(t, env, func(_ context.Context, m kafka.Message) error {
		if m.Topic == env.Topic("20261121") {
			longest.Store(max(longest.Load(), int64(time.Since(m.Time))))
		}
		return nil
	}, func(c *kafka.ConsumerConfig) { c.TopicsEvery = 2 * time.Second }) // as in production
	consumer.awaitCount(t, 1)
	longest.Store(0) // the group's first generation is not meant

	stop := make(chan struct{})
	written := make(chan int)
	go func() { // today goes on all the time
		n := 1
		for ; ; n++ {
			select {
			case <-stop:
				written <- n
				return
			case <-time.After(5 * time.Millisecond):
				producer.Produce(context.Background(), numbered(env.Topic("20261121"), 1, n, n+1))
			}
		}
	}()
	began := time.Now()
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("20261122"), 1, 0, 10)))
	await(t, func() bool { return countOf(consumer, env.Topic("20261122")) == 10 }, func() any { return consumer.faulted() })
	require.Less(t, time.Since(began), 10*time.Second)
	close(stop)
	consumer.awaitCount(t, <-written+10)
	requireOrdered(t, consumer.messages())
	require.Less(t, time.Duration(longest.Load()), time.Second)
}

func countOf(r *running, topic string) int {
	count := 0
	for _, m := range r.messages() {
		if m.Topic == topic {
			count++
		}
	}
	return count
}

func TestConsumer_LetsGoOfADeletedTopicAndReadsItWhenMadeAgain(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	producer, admin := newProducer(t, env.Bootstrap), newAdmin(t, env.Bootstrap)
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("old"), 1, 0, 30)))
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("new"), 1, 0, 30)))
	consumer := start(t, env, nil)
	consumer.awaitCount(t, 60)

	require.NoError(t, admin.DeleteTopics(within(t, patience), env.Topic("old")))
	consumer.awaitPartitions(t, 6)
	faults := len(consumer.faulted())
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("new"), 1, 30, 40)))
	consumer.awaitCount(t, 70)
	require.Less(t, faults, 60, "no spinning: %v", consumer.faulted())

	// a late event makes its topic again: fewer records than were once committed
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(env.Topic("old"), 1, 100, 105)))
	consumer.awaitCount(t, 75)
	messages := consumer.messages()
	require.Equal(t, "100", string(messages[70].Value))
}

func TestConsumer_WaitsForTheFirstTopic(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	consumer := start(t, env, nil)
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, patience), numbered(env.Topic("d"), 1, 0, 3)))
	consumer.awaitCount(t, 3)
}

func TestConsumer_ReadsRecordsLargerThanItsFetch(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	records := numbered(env.Topic("d"), 1, 0, 6)
	for i := range records {
		records[i].Value = incompressible(t, 300<<10)
	}
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, patience), records))
	consumer := start(t, env, nil, func(c *kafka.ConsumerConfig) { c.FetchBytes = 1 << 10 })
	consumer.awaitCount(t, 6)
	for i, m := range consumer.messages() {
		require.Equal(t, records[i].Value, m.Value, "record %d", i)
	}
}

func TestConsumer_TellsItsLag(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	producer := newProducer(t, env.Bootstrap)
	topic := env.Topic("d")
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(topic, 1, 0, 10)))
	consumer := start(t, env, func(context.Context, kafka.Message) error { return errStoreDown })
	lag := func() int64 {
		consumer.mu.Lock()
		defer consumer.mu.Unlock()
		return consumer.lag[kafka.TopicPartition{Topic: topic, Partition: 3}]
	}
	await(t, func() bool { return lag() == 10 }, func() any { return lag() })
	requireAllWritten(t, producer.Produce(within(t, patience), numbered(topic, 1, 10, 25)))
	await(t, func() bool { return lag() == 25 }, func() any { return fmt.Sprint("a waiting partition's lag grows too: ", lag()) })
}
