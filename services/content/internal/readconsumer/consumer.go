// Package readconsumer takes POST_READ events and adds up the views of posts.
package readconsumer

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Group is the consumer group of content (spec 10).
const Group = "member-activity-consumer-group-content-svc"

// Consumer counts views in batches.
type Consumer struct {
	Reads   content.ReadStore
	Letters LetterStore
	Now     func() time.Time
}

// HandleBatch is a kafka.BatchHandler: all of the batch is done, or none.
func (c *Consumer) HandleBatch(ctx context.Context, batch []kafka.Message) (done int, err error) {
	var reads []content.PostRead
	for _, message := range batch {
		read, isRead, err := toRead(message)
		if err != nil {
			if err := c.keep(ctx, message, err); err != nil {
				return 0, err
			}
			continue
		}
		if isRead {
			reads = append(reads, read)
		}
	}
	if len(reads) > 0 {
		if err := c.Reads.CountReads(ctx, reads, c.Now().UTC()); err != nil {
			return 0, err
		}
	}
	return len(batch), nil
}

// keep stores a record that can never be applied, before its offset moves.
func (c *Consumer) keep(ctx context.Context, message kafka.Message, cause error) error {
	letter := Letter{Message: message, Error: cause.Error(), Attempts: 1}
	if err := c.Letters.Keep(ctx, letter, c.Now().UTC().Add(backoff(letter.Attempts))); err != nil {
		return fmt.Errorf("keep record %s/%d@%d: %w", message.Topic, message.Partition, message.Offset, err)
	}
	slog.ErrorContext(ctx, "record can never be applied", "topic", message.Topic, "partition", message.Partition, "offset", message.Offset, "error", cause)
	return nil
}

// toRead is the view that a record tells of; isRead is false for other events.
func toRead(message kafka.Message) (read content.PostRead, isRead bool, err error) {
	event, err := activityrecord.Decode(message.Value)
	if err != nil || event.GetType() != activityv1.ActivityType_ACTIVITY_TYPE_POST_READ {
		return read, false, err
	}
	id, err := uuid.Parse(event.GetEventId())
	if err != nil {
		return read, false, fmt.Errorf("event id: %w", err)
	}
	return content.PostRead{EventID: id, PostID: content.PostID(event.GetPostId())}, true, nil
}
