package testenv

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// KafkaSpace is a broker with a prefix for topics and groups that belongs to one
// test. The broker makes no topic by itself.
type KafkaSpace struct {
	Bootstrap string
	Prefix    string
}

// Topic is the test's own topic of this name.
func (k KafkaSpace) Topic(name string) string { return k.Prefix + name }

// Group is the test's own consumer group of this name.
func (k KafkaSpace) Group(name string) string { return k.Prefix + name }

// Kafka gives the test a prefix on the shared broker; topics under it are
// deleted with the test's end.
func Kafka(t testing.TB) KafkaSpace {
	t.Helper()
	k := KafkaSpace{Bootstrap: shared.kafka.get(t), Prefix: strings.ReplaceAll(uniqueName(t), "_", "-") + "-"}
	t.Cleanup(func() {
		if err := k.deleteTopics(); err != nil {
			t.Logf("testenv: delete topics: %v", err) // the broker is thrown away soon
		}
	})
	return k
}

// OwnKafka gives the test a broker that it may stop, kill and pause. Its data
// outlives a restart within the test.
func OwnKafka(t testing.TB) (*server.Kafka, KafkaSpace) {
	t.Helper()
	s := own(t, server.StartKafka, server.Options{})
	return s, KafkaSpace{Bootstrap: s.Bootstrap()}
}

// OwnKafkaCluster gives the test n brokers of its own.
func OwnKafkaCluster(t testing.TB, n int) (*server.KafkaCluster, KafkaSpace) {
	t.Helper()
	s := own(t, func(ctx context.Context, o server.Options) (*server.KafkaCluster, error) {
		return server.StartKafkaCluster(ctx, n, o)
	}, server.Options{})
	return s, KafkaSpace{Bootstrap: s.Bootstrap()}
}

func (k KafkaSpace) deleteTopics() error {
	ctx, cancel := context.WithTimeout(context.Background(), callWithin)
	defer cancel()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(strings.Split(k.Bootstrap, ",")...), Transport: transport}
	metadata, err := client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	var mine []string
	for _, topic := range metadata.Topics {
		if strings.HasPrefix(topic.Name, k.Prefix) {
			mine = append(mine, topic.Name)
		}
	}
	if len(mine) == 0 {
		return nil
	}
	if _, err := client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: mine}); err != nil {
		return fmt.Errorf("delete topics %v: %w", mine, err)
	}
	return nil
}
