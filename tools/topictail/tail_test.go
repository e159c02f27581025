package topictail_test

import (
	"context"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/testenv"
	"github.com/dailyfeed/dailyfeed/tools/topictail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(testenv.With(m)) }

func TestTailPrintsWhatComes(t *testing.T) {
	t.Parallel()
	space := testenv.Kafka(t)
	makeTopic(t, space, "20261121")
	write(t, space, "20261121", "before")
	got := follow(t, space, false)

	eventuallyWrite(t, space, "20261121", "after", got)
}

func TestTailFromTheBeginningPrintsWhatIsThere(t *testing.T) {
	t.Parallel()
	space := testenv.Kafka(t)
	makeTopic(t, space, "20261121")
	write(t, space, "20261121", "before")
	require.Equal(t, "before", <-follow(t, space, true))
}

func TestTailFindsANewDaysTopicAndLosesNothingOfIt(t *testing.T) {
	t.Parallel()
	space := testenv.Kafka(t)
	got := follow(t, space, false)
	makeTopic(t, space, "20261122")
	for _, text := range []string{"1", "2", "3"} {
		write(t, space, "20261122", text)
	}
	for _, want := range []string{"1", "2", "3"} {
		require.Equal(t, want, <-got)
	}
}

func TestTailEndsWithAFailedHandler(t *testing.T) {
	t.Parallel()
	space := testenv.Kafka(t)
	makeTopic(t, space, "20261121")
	write(t, space, "20261121", "x")
	err := topictail.Run(t.Context(), config(t, space, true), func(context.Context, topictail.Message) error {
		return context.DeadlineExceeded
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestTailNeedsABrokerAtTheStart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	err := topictail.Run(ctx, topictail.Config{Bootstrap: []string{"127.0.0.1:1"}}, nil)
	require.ErrorContains(t, err, "list topics")
}

// follow tails the test's topics until the test ends.
func follow(t *testing.T, space testenv.KafkaSpace, fromBeginning bool) <-chan string {
	t.Helper()
	got, done := make(chan string, 100), make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		done <- topictail.Run(ctx, config(t, space, fromBeginning), func(_ context.Context, m topictail.Message) error {
			got <- string(m.Value)
			return nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return got
}

func config(t *testing.T, space testenv.KafkaSpace, fromBeginning bool) topictail.Config {
	t.Helper()
	return topictail.Config{
		Bootstrap: []string{space.Bootstrap}, Prefix: space.Prefix, FromBeginning: fromBeginning,
		LookEvery: 100 * time.Millisecond, Report: func(err error) { t.Log(err) },
	}
}

// eventuallyWrite writes until the tail, which may still be starting, sees it;
// the first thing it sees must not be older.
func eventuallyWrite(t *testing.T, space testenv.KafkaSpace, day, text string, got <-chan string) {
	t.Helper()
	require.Eventually(t, func() bool {
		write(t, space, day, text)
		select {
		case first := <-got:
			require.Equal(t, text, first)
			return true
		case <-time.After(100 * time.Millisecond):
			return false
		}
	}, 20*time.Second, 10*time.Millisecond)
}

func makeTopic(t *testing.T, space testenv.KafkaSpace, day string) {
	t.Helper()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(space.Bootstrap), Transport: transport}
	answer, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{
		{Topic: space.Topic(day), NumPartitions: 1, ReplicationFactor: 1},
	}})
	require.NoError(t, err)
	require.NoError(t, answer.Errors[space.Topic(day)])
}

func write(t *testing.T, space testenv.KafkaSpace, day, text string) {
	t.Helper()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	writer := &kafka.Writer{
		Addr: kafka.TCP(space.Bootstrap), Topic: space.Topic(day), RequiredAcks: kafka.RequireAll, BatchSize: 1, Transport: transport,
	}
	require.NoError(t, writer.WriteMessages(t.Context(), kafka.Message{Value: []byte(text)}))
	require.NoError(t, writer.Close())
}
