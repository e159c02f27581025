package kafka_test

import (
	"context"
	"strings"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// inSync says whether every replica of every partition is in sync.
func inSync(t *testing.T, env testenv.KafkaSpace) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	transport := new(kafkago.Transport)
	defer transport.CloseIdleConnections()
	client := kafkago.Client{Addr: kafkago.TCP(strings.Split(env.Bootstrap, ",")...), Transport: transport}
	metadata, err := client.Metadata(ctx, &kafkago.MetadataRequest{})
	if err != nil || len(metadata.Topics) == 0 {
		return false
	}
	for _, topic := range metadata.Topics {
		for _, p := range topic.Partitions {
			if len(p.Isr) < len(p.Replicas) {
				return false
			}
		}
	}
	return true
}
