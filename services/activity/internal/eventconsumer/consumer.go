// Package eventconsumer takes the events of all writers and records them as
// activities; those that can never be applied become letters, which are tried
// again.
package eventconsumer

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
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

// LetterBox keeps records that cannot be applied.
type LetterBox interface {
	// Keep stores a record with why it could not be applied. Storing it twice
	// changes nothing.
	Keep(ctx context.Context, message kafka.Message, cause error) error
}

// Consumer records events.
type Consumer struct {
	Recorder Recorder
	Marks    Marks
	Letters  LetterBox
	Observer Observer
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
	if err := c.Letters.Keep(ctx, message, cause); err != nil {
		return fmt.Errorf("keep record %s/%d@%d: %w", message.Topic, message.Partition, message.Offset, err)
	}
	slog.ErrorContext(ctx, "record cannot be applied, kept as a letter",
		"topic", message.Topic, "partition", message.Partition, "offset", message.Offset, "error", cause)
	return nil
}

// Retry records an event that was kept as a letter: a newer release may be able to
// decode it. What can still not be is refused (listenerletter.Refused); any other
// fault is the store's.
func (c *Consumer) Retry(ctx context.Context, message kafka.Message) error {
	event, err := activityrecord.Decode(message.Value)
	if err != nil {
		return listenerletter.Refused(err)
	}
	return c.Recorder.Apply(ctx, []activity.Activity{toActivity(event)})
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
