package kafka

import (
	"cmp"
	"time"
)

// Header is one header of a record. Keys may repeat.
type Header struct {
	Key   string
	Value []byte
}

// Record is what goes to the broker.
type Record struct {
	Topic string
	// PartitionKey decides the partition, by murmur2 as in Java's default
	// partitioner; where it is nil, Key does.
	PartitionKey []byte
	Key          []byte
	Value        []byte
	Headers      []Header
	// Time is the record's time; the zero time means now. A topic that was made
	// by TopicSpec replaces it by the time of the append.
	Time time.Time
}

// Message is what comes from the broker. Its bytes belong to whoever gets it.
type Message struct {
	Topic     string
	Partition int
	Offset    int64
	Key       []byte
	Value     []byte
	Headers   []Header
	Time      time.Time
}

// TopicPartition is one partition of one topic.
type TopicPartition struct {
	Topic     string
	Partition int
}

// comparePartitions orders by topic, then by number.
func comparePartitions(a, b TopicPartition) int {
	return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
}
