package pipeline

import (
	"context"
	"fmt"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// repair sends what activity has missed again, as it is on Kafka: same event id, same
// bytes. Who has it ignores it.
func (e *eventScan) repair(ctx context.Context) error {
	if !e.audit.options.Repair || len(e.missing) == 0 {
		return nil
	}
	s := e.audit.stores
	cache, err := s.cache()
	if err != nil {
		return err
	}
	var marks []string
	for _, m := range e.missing {
		event, err := activityrecord.Decode(m.Value)
		if err != nil {
			return fmt.Errorf("replay %s/%d@%d: %w", m.Topic, m.Partition, m.Offset, err)
		}
		marks = append(marks, "member_activity:kafka_key:"+event.GetEventId())
	}
	if err := cache.Unlink(ctx, marks...).Err(); err != nil {
		return fmt.Errorf("forget marks: %w", err)
	}
	if err := s.replay(ctx, e.missing); err != nil {
		return err
	}
	e.audit.advise("%d records were sent again; audit once more when they are applied", len(e.missing))
	return nil
}

// replay sends records again as they are on Kafka.
func (s *Stores) replay(ctx context.Context, missed []Record) error {
	records := make([]kafka.Record, len(missed))
	for i, m := range missed {
		event, err := activityrecord.Decode(m.Value)
		if err != nil {
			return fmt.Errorf("replay %s/%d@%d: %w", m.Topic, m.Partition, m.Offset, err)
		}
		records[i] = kafka.Record{Topic: m.Topic, PartitionKey: activityrecord.PartitionKey(activityrecord.PartitionID(event)), Key: []byte(m.Key), Value: m.Value}
		for key, value := range m.Headers {
			records[i].Headers = append(records[i].Headers, kafka.Header{Key: key, Value: []byte(value)})
		}
	}
	producer, err := s.producer()
	if err != nil {
		return err
	}
	for _, err := range producer.Produce(ctx, records) {
		if err != nil {
			return fmt.Errorf("replay: %w", err)
		}
	}
	return nil
}
