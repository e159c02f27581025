package kafka_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func newProducer(t *testing.T, bootstrap string, change ...func(*kafka.ProducerConfig)) *kafka.Producer {
	t.Helper()
	config := kafka.ProducerConfig{Bootstrap: bootstrap, ClientID: "test"}
	for _, c := range change {
		c(&config)
	}
	p, err := kafka.NewProducer(config)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func newAdmin(t *testing.T, bootstrap string) *kafka.Admin {
	t.Helper()
	a, err := kafka.NewAdmin(kafka.AdminConfig{Bootstrap: bootstrap, ClientID: "test", RequestTimeout: 20 * time.Second})
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

// within is a context for one step of a test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// numbered are records for one partition id, with their numbers as values.
func numbered(topic string, partitionID, from, to int) []kafka.Record {
	var records []kafka.Record
	for n := from; n < to; n++ {
		records = append(records, kafka.Record{
			Topic: topic, PartitionKey: []byte(strconv.Itoa(partitionID)),
			Key: []byte(fmt.Sprintf("key %d", n)), Value: []byte(strconv.Itoa(n)),
		})
	}
	return records
}

func requireAllWritten(t *testing.T, results []error) {
	t.Helper()
	for i, err := range results {
		require.NoError(t, err, "record %d", i)
	}
}

func TestProduce_WritesWhatItWasGiven(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	record := kafka.Record{
		Topic: env.Topic("whole"), PartitionKey: []byte("42"), Key: []byte("the key"), Value: []byte{0, 0xff},
		Headers: []kafka.Header{{Key: "ce_id", Value: []byte("7")}, {Key: "ce_id", Value: []byte("8")}},
	}
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, 30*time.Second), []kafka.Record{record}))

	got := collect(t, env, 1)[0]
	require.Equal(t, record.Key, got.Key)
	require.Equal(t, record.Value, got.Value)
	require.Equal(t, record.Headers, got.Headers)
	require.Equal(t, 4, got.Partition, "Java's partition of 42 of 6")
	require.WithinDuration(t, time.Now(), got.Time, time.Minute)
}

func TestProduce_MakesAMissingTopicAsTheContractSays(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	topic := env.Topic("20261121")
	producer := newProducer(t, env.Bootstrap)

	var callers sync.WaitGroup
	for caller := range 8 { // all miss it at the same time
		callers.Go(func() {
			for _, err := range producer.Produce(t.Context(), numbered(topic, caller, 0, 10)) {
				if err != nil {
					t.Errorf("caller %d: %v", caller, err)
				}
			}
		})
	}
	callers.Wait()

	require.Equal(t, map[string]string{
		"cleanup.policy": "delete", "retention.ms": "604800000",
		"min.insync.replicas": "1", "message.timestamp.type": "LogAppendTime",
	}, topicConfig(t, env.Bootstrap, topic))
	lags, err := newAdmin(t, env.Bootstrap).Lag(within(t, 20*time.Second), env.Group("g"), topic)
	require.NoError(t, err)
	require.Len(t, lags, 6)
	var written int64
	for _, lag := range lags {
		written += lag.Records()
	}
	require.EqualValues(t, 80, written)
}

func topicConfig(t *testing.T, bootstrap, topic string) map[string]string {
	t.Helper()
	transport := new(kafkago.Transport)
	defer transport.CloseIdleConnections()
	client := kafkago.Client{Addr: kafkago.TCP(bootstrap), Transport: transport}
	response, err := client.DescribeConfigs(within(t, 10*time.Second), &kafkago.DescribeConfigsRequest{
		Resources: []kafkago.DescribeConfigRequestResource{{
			ResourceType: kafkago.ResourceTypeTopic, ResourceName: topic,
			ConfigNames: []string{"cleanup.policy", "retention.ms", "min.insync.replicas", "message.timestamp.type"},
		}},
	})
	require.NoError(t, err)
	found := make(map[string]string)
	for _, entry := range response.Resources[0].ConfigEntries {
		found[entry.ConfigName] = entry.ConfigValue
	}
	return found
}

func TestProduce_RefusesOneRecordAndWritesTheOthersInOrder(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	records := numbered(env.Topic("refused"), 1, 0, 9)
	records[4].Value = incompressible(t, 2<<20) // the broker takes 1 MiB

	results := newProducer(t, env.Bootstrap).Produce(within(t, 30*time.Second), records)
	for i, err := range results {
		if i == 4 {
			require.ErrorIs(t, err, kafka.ErrRefused)
			continue
		}
		require.NoError(t, err, "record %d", i)
	}
	var values []string
	for _, message := range collect(t, env, 8) {
		values = append(values, string(message.Value))
	}
	require.Equal(t, []string{"0", "1", "2", "3", "5", "6", "7", "8"}, values)
}

func TestProduce_RefusesWhatWouldCutTheConnection(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	records := numbered(env.Topic("huge"), 1, 0, 2)
	records[0].Value = make([]byte, 33<<20)
	results := newProducer(t, env.Bootstrap).Produce(within(t, 30*time.Second), records)
	require.ErrorIs(t, results[0], kafka.ErrRefused)
	require.NoError(t, results[1])
}

func TestProduce_RefusesATopicThatCannotBe(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	results := newProducer(t, env.Bootstrap).Produce(within(t, 30*time.Second), numbered("no such/topic", 1, 0, 1))
	require.ErrorIs(t, results[0], kafka.ErrRefused)
}

func TestProduce_IsUnavailableWithoutABroker(t *testing.T) {
	t.Parallel()
	producer := newProducer(t, "127.0.0.1:1")
	require.ErrorIs(t, producer.Ping(within(t, 10*time.Second)), kafka.ErrUnavailable)
	results := producer.Produce(within(t, 10*time.Second), numbered("t", 1, 0, 3))
	require.Len(t, results, 3)
	for _, err := range results {
		require.ErrorIs(t, err, kafka.ErrUnavailable)
	}
}

func TestProduce_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	server, env := testenv.OwnKafka(t)
	producer := newProducer(t, env.Bootstrap)
	requireAllWritten(t, producer.Produce(within(t, 30*time.Second), numbered("t", 1, 0, 1)))
	require.NoError(t, server.Pause())
	began := time.Now()
	results := producer.Produce(within(t, 300*time.Millisecond), numbered("t", 1, 1, 2))
	require.ErrorIs(t, results[0], kafka.ErrUnavailable)
	require.Less(t, time.Since(began), 3*time.Second)
	require.NoError(t, server.Resume())
}

func TestProduce_GoesOnAfterTheBrokerWasKilled(t *testing.T) {
	t.Parallel()
	server, env := testenv.OwnKafka(t)
	producer := newProducer(t, env.Bootstrap)
	requireAllWritten(t, producer.Produce(within(t, 30*time.Second), numbered("day-1", 1, 0, 5)))

	require.NoError(t, server.Kill())
	for _, err := range producer.Produce(within(t, 10*time.Second), numbered("day-1", 1, 5, 10)) {
		require.ErrorIs(t, err, kafka.ErrUnavailable)
	}
	require.NoError(t, server.Restart(within(t, time.Minute)))
	require.Eventually(t, func() bool {
		return producer.Produce(t.Context(), numbered("day-1", 1, 5, 6))[0] == nil
	}, 30*time.Second, 50*time.Millisecond)
	require.NoError(t, producer.Ping(within(t, 10*time.Second)))
}

func TestProduce_SendsOrderedBatchesOfOnePartition(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	const count = 3500 // more than three batches
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(within(t, 30*time.Second), numbered(env.Topic("t"), 5, 0, count)))
	for n, message := range collect(t, env, count) {
		require.Equal(t, strconv.Itoa(n), string(message.Value))
	}
}

func incompressible(t *testing.T, size int) []byte {
	t.Helper()
	noise := make([]byte, size)
	_, err := rand.Read(noise)
	require.NoError(t, err)
	require.False(t, bytes.Equal(noise[:8], make([]byte, 8)))
	return noise
}
