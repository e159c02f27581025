package testenv_test

import (
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestKafkaGivesEachTestAPrefixOfItsOwn(t *testing.T) {
	t.Parallel()
	one, other := testenv.Kafka(t), testenv.Kafka(t)
	require.Equal(t, one.Bootstrap, other.Bootstrap)
	require.NotEqual(t, one.Topic("posts"), other.Topic("posts"))
}

func TestKafkaMakesNoTopicByItself(t *testing.T) {
	t.Parallel()
	space := testenv.Kafka(t)
	writer := writerOf(t, space, "posts")
	require.ErrorIs(t, writer.WriteMessages(t.Context(), kafka.Message{Value: []byte("a")}), kafka.UnknownTopicOrPartition)
}

func TestOwnKafkaKeepsItsRecordsWhenKilled(t *testing.T) {
	t.Parallel()
	server, space := testenv.OwnKafka(t)
	makeTopic(t, space, "posts", 1)
	require.NoError(t, writerOf(t, space, "posts").WriteMessages(t.Context(), kafka.Message{Value: []byte("a")}))

	require.NoError(t, server.Restart(t.Context()))

	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{space.Bootstrap}, Topic: space.Topic("posts")})
	t.Cleanup(func() { require.NoError(t, reader.Close()) })
	message, err := reader.ReadMessage(t.Context())
	require.NoError(t, err)
	require.Equal(t, "a", string(message.Value))
}

func writerOf(t *testing.T, space testenv.KafkaSpace, topic string) *kafka.Writer {
	t.Helper()
	transport := &kafka.Transport{}
	writer := &kafka.Writer{
		Addr: kafka.TCP(space.Bootstrap), Topic: space.Topic(topic), RequiredAcks: kafka.RequireAll,
		MaxAttempts: 1, BatchSize: 1, Transport: transport,
	}
	t.Cleanup(func() {
		require.NoError(t, writer.Close())
		transport.CloseIdleConnections()
	})
	return writer
}

func makeTopic(t *testing.T, space testenv.KafkaSpace, topic string, partitions int) {
	t.Helper()
	client := &kafka.Client{Addr: kafka.TCP(space.Bootstrap)}
	answer, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{
		{Topic: space.Topic(topic), NumPartitions: partitions, ReplicationFactor: 1},
	}})
	require.NoError(t, err)
	require.NoError(t, answer.Errors[space.Topic(topic)])
}
