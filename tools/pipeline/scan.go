package pipeline

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	own "github.com/dailyfeed/dailyfeed/support/kafka"
)

// Record is a record as Kafka has it.
type Record struct {
	Topic     string
	Partition int
	Offset    int64
	Key       string
	Value     []byte
	Headers   map[string]string
	Time      time.Time
}

const (
	readWithin   = 20 * time.Second
	readAtOnce   = 4 << 20
	readMinBytes = 1
)

// scan reads partitions of a topic from their beginning to where they end now, or the
// one that partition names where it is not negative. Records of a partition come in
// their order. A topic that is not there has none.
func (s *Stores) scan(ctx context.Context, topic string, partition int, handle func(Record) error) error {
	admin, err := s.kafka()
	if err != nil {
		return err
	}
	bounds, err := admin.Lag(ctx, GroupOf("activity"), topic)
	if err != nil {
		return fmt.Errorf("read bounds of %s: %w", topic, err)
	}
	for _, b := range bounds {
		if b.Start == b.End || partition >= 0 && b.Partition != partition {
			continue
		}
		if err := s.scanPartition(ctx, b, handle); err != nil {
			return fmt.Errorf("read %s/%d: %w", topic, b.Partition, err)
		}
	}
	return nil
}

func (s *Stores) scanPartition(ctx context.Context, bounds own.PartitionLag, handle func(Record) error) error {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: strings.Split(s.addresses.Kafka, ","), Topic: bounds.Topic, Partition: bounds.Partition,
		MinBytes: readMinBytes, MaxBytes: readAtOnce, MaxWait: time.Second, ReadBatchTimeout: readWithin,
	})
	defer func() { _ = reader.Close() }() // nothing is written on closing
	if err := reader.SetOffset(bounds.Start); err != nil {
		return fmt.Errorf("find start: %w", err)
	}
	for next := bounds.Start; next < bounds.End; {
		within, cancel := context.WithTimeout(ctx, readWithin)
		message, err := reader.ReadMessage(within)
		cancel()
		if err != nil {
			return fmt.Errorf("read at %d: %w", next, err)
		}
		if next = message.Offset + 1; next > bounds.End {
			return nil
		}
		record := Record{
			Topic: message.Topic, Partition: message.Partition, Offset: message.Offset, Key: string(message.Key),
			Value: message.Value, Headers: map[string]string{}, Time: message.Time,
		}
		for _, h := range message.Headers {
			record.Headers[h.Key] = string(h.Value)
		}
		if err := handle(record); err != nil {
			return err
		}
	}
	return nil
}

// days are the daily topics that there are, the oldest first.
func (s *Stores) days(ctx context.Context) ([]string, error) {
	admin, err := s.kafka()
	if err != nil {
		return nil, err
	}
	names, err := admin.ListTopics(ctx, s.addresses.Prefix)
	if err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	var daily []string
	for _, name := range names {
		if _, isDaily := own.DayOf(s.addresses.Prefix, name); isDaily {
			daily = append(daily, name)
		}
	}
	return daily, nil
}
