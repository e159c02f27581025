package readevents

import (
	"fmt"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// source is who tells (CloudEvents).
const source = "/dailyfeed/timeline"

// toEvent is a read as an event with this id.
func toEvent(read timeline.Read, id string) *activityv1.MemberActivityEvent {
	event := &activityv1.MemberActivityEvent{
		EventId:    id,
		Type:       activityrecord.PostRead,
		MemberId:   int64(read.Reader),
		PostId:     int64(read.PostID),
		CommentId:  int64(read.CommentID),
		OccurredAt: activityrecord.Timestamp(read.At),
	}
	if read.CommentID != 0 {
		event.Type = activityrecord.CommentRead
	}
	return event
}

// toRecord is an event as it goes to the broker.
func toRecord(event *activityv1.MemberActivityEvent, topicPrefix, traceparent string) (kafka.Record, error) {
	encoded, err := activityrecord.Encode(event, activityrecord.Origin{Source: source, TopicPrefix: topicPrefix, Traceparent: traceparent})
	if err != nil {
		return kafka.Record{}, fmt.Errorf("encode read: %w", err)
	}
	record := kafka.Record{
		Topic: encoded.Topic, Key: []byte(encoded.Key), Value: encoded.Value,
		PartitionKey: activityrecord.PartitionKey(encoded.PartitionID), Time: event.GetOccurredAt().AsTime(),
	}
	for _, h := range encoded.Headers {
		record.Headers = append(record.Headers, kafka.Header{Key: h.Key, Value: []byte(h.Value)})
	}
	return record, nil
}
