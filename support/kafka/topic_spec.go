package kafka

import (
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

// TopicSpec is how topics are made. The zero value is the contract's.
type TopicSpec struct {
	// Partitions is 6 where it is 0.
	Partitions int
	// MaxReplicas bounds the replication factor, which is the number of brokers
	// where that is less; 3 where it is 0.
	MaxReplicas int
	// Retention is 7 days where it is 0.
	Retention time.Duration
}

const (
	defaultPartitions = 6
	defaultReplicas   = 3
	defaultRetention  = 7 * 24 * time.Hour
)

func (s TopicSpec) withDefaults() TopicSpec {
	if s.Partitions <= 0 {
		s.Partitions = defaultPartitions
	}
	if s.MaxReplicas <= 0 {
		s.MaxReplicas = defaultReplicas
	}
	if s.Retention <= 0 {
		s.Retention = defaultRetention
	}
	return s
}

// config is the request for one topic on a cluster of that many brokers.
func (s TopicSpec) config(topic string, brokers int) kafka.TopicConfig {
	s = s.withDefaults()
	replicas := max(1, min(s.MaxReplicas, brokers))
	return kafka.TopicConfig{
		Topic:             topic,
		NumPartitions:     s.Partitions,
		ReplicationFactor: replicas,
		ConfigEntries: []kafka.ConfigEntry{
			{ConfigName: "min.insync.replicas", ConfigValue: strconv.Itoa(max(1, replicas-1))},
			{ConfigName: "cleanup.policy", ConfigValue: "delete"},
			{ConfigName: "retention.ms", ConfigValue: strconv.FormatInt(s.Retention.Milliseconds(), 10)},
			// by the record's own time a back-dated record would fall to retention at once
			{ConfigName: "message.timestamp.type", ConfigValue: "LogAppendTime"},
		},
	}
}
