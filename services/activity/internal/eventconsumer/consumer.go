// Package eventconsumer takes the events of all writers and records them as
// activities; those that can never be applied become letters, which Drain tries
// again.
package eventconsumer

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Group is the consumer group of activity (spec 10).
const Group = "member-activity-consumer-group-activity-svc"

// Recorder records what events tell; *activity.RecordService does.
type Recorder interface {
	// Apply may be called with the same again. A fault is the store's.
	Apply(ctx context.Context, activities []activity.Activity) error
}

// Marks remember which events were applied, as a shortcut only.
type Marks interface {
	FindApplied(ctx context.Context, eventIDs []string) ([]bool, error)
	MarkApplied(ctx context.Context, eventIDs []string) error
}

// Observer counts what became of records; its methods must not block.
type Observer interface {
	// Handled tells how many were applied, were known to be, and became letters.
	Handled(applied, known, letters int)
}

// Consumer records events.
type Consumer struct {
	Recorder Recorder
	Marks    Marks
	Letters  activity.LetterStore
	Observer Observer
	Now      activity.Clock
}

// HandleBatch is a kafka.BatchHandler: all of the batch is done, or none is
// known to be. An event is applied once in effect however often it comes.
func (c *Consumer) HandleBatch(ctx context.Context, batch []kafka.Message) (done int, err error) {
	activities := make([]activity.Activity, 0, len(batch))
	kept := 0
	for _, message := range batch {
		event, err := activityrecord.Decode(message.Value)
		if err == nil {
			activities = append(activities, toActivity(event))
			continue
		}
		if err := c.keep(ctx, message, err); err != nil {
			return 0, err
		}
		kept++
	}
	fresh := c.withoutApplied(ctx, activities)
	if len(fresh) > 0 {
		if err := c.Recorder.Apply(ctx, fresh); err != nil {
			return 0, err
		}
		if err := c.Marks.MarkApplied(ctx, eventIDs(fresh)); err != nil {
			slog.WarnContext(ctx, "applied events not marked", "events", len(fresh), "error", err)
		}
	}
	c.Observer.Handled(len(fresh), len(activities)-len(fresh), kept)
	return len(batch), nil
}

// withoutApplied leaves out what is known to be applied; all stays where nobody
// knows.
func (c *Consumer) withoutApplied(ctx context.Context, activities []activity.Activity) []activity.Activity {
	if len(activities) == 0 {
		return nil
	}
	applied, err := c.Marks.FindApplied(ctx, eventIDs(activities))
	if err != nil {
		slog.WarnContext(ctx, "marks of events not read", "events", len(activities), "error", err)
		return activities
	}
	fresh := make([]activity.Activity, 0, len(activities))
	for i, a := range activities {
		if !applied[i] {
			fresh = append(fresh, a)
		}
	}
	return fresh
}

func eventIDs(activities []activity.Activity) []string {
	ids := make([]string, len(activities))
	for i, a := range activities {
		ids[i] = a.EventID
	}
	return ids
}

// keep stores a record that can never be applied, before its offset moves.
func (c *Consumer) keep(ctx context.Context, message kafka.Message, cause error) error {
	headers := make([]activity.LetterHeader, len(message.Headers))
	for i, h := range message.Headers {
		headers[i] = activity.LetterHeader(h)
	}
	letter := activity.Letter{
		Topic:     message.Topic,
		Partition: message.Partition,
		Offset:    message.Offset,
		Key:       message.Key,
		Headers:   headers,
		Value:     message.Value,
		Error:     cause.Error(),
		Attempts:  1,
	}
	if err := c.Letters.KeepLetter(ctx, letter, c.Now().Add(backoff(letter.Attempts))); err != nil {
		return err
	}
	slog.ErrorContext(ctx, "record cannot be applied, kept as a letter",
		"topic", message.Topic, "partition", message.Partition, "offset", message.Offset, "error", cause)
	return nil
}

const (
	firstBackoff   = time.Second
	longestBackoff = 5 * time.Minute
	doublings      = 9 // 2^9 s is over 5 min
)

// backoff is the wait after so many attempts: 1 s, doubling to 5 min (spec 10).
func backoff(attempts int) time.Duration {
	return min(firstBackoff<<min(max(attempts, 1)-1, doublings), longestBackoff)
}

// ApplyValues records events that came by another way than Kafka, each in
// protobuf. refused tells by index why some can never be applied; all others
// are stored. A fault is the store's, and means that nothing is known.
func (c *Consumer) ApplyValues(ctx context.Context, values [][]byte) (refused map[int]error, err error) {
	refused = map[int]error{}
	var activities []activity.Activity
	for i, value := range values {
		event, err := activityrecord.Decode(value)
		if err != nil {
			refused[i] = err
			continue
		}
		activities = append(activities, toActivity(event))
	}
	if len(activities) == 0 {
		return refused, nil
	}
	if err := c.Recorder.Apply(ctx, activities); err != nil {
		return nil, fmt.Errorf("apply events: %w", err)
	}
	return refused, nil
}
