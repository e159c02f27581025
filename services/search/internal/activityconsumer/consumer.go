// Package activityconsumer takes what happened to posts and comments from Kafka
// into the projection. Everything may come twice, late and out of order.
package activityconsumer

import (
	"context"
	"fmt"
	"log/slog"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
)

// LetterBox keeps records that cannot be applied.
type LetterBox interface {
	// Keep stores a record with why it could not be applied. Storing it twice
	// changes nothing.
	Keep(ctx context.Context, message kafka.Message, cause error) error
}

// Consumer applies events to the projection.
type Consumer struct {
	Projection search.Projection
	Letters    LetterBox
	Metrics    *Metrics
	Now        search.Clock
}

// batch is the state that events of one partition leave behind.
type batch struct {
	posts    []search.Post
	comments []search.Comment
	events   []*activityv1.MemberActivityEvent
}

// HandleBatch is a kafka.BatchHandler: all of the batch is done, or none. A
// record that can never be applied is kept as a letter; every other failure is
// one of the store, and the batch comes again.
func (c *Consumer) HandleBatch(ctx context.Context, messages []kafka.Message) (done int, err error) {
	var b batch
	for _, message := range messages {
		event, err := activityrecord.Decode(message.Value)
		if err != nil {
			if err := c.keep(ctx, message, err); err != nil {
				return 0, err
			}
			continue
		}
		b.add(event)
	}
	if err := c.apply(ctx, b); err != nil {
		return 0, err
	}
	return len(messages), nil
}

// Retry applies a record that was kept as a letter. What can still not be decoded
// is refused (listenerletter.Refused); every other failure is one of the store.
func (c *Consumer) Retry(ctx context.Context, message kafka.Message) error {
	event, err := activityrecord.Decode(message.Value)
	if err != nil {
		return listenerletter.Refused(fmt.Errorf("decode letter: %w", err))
	}
	var b batch
	b.add(event)
	return c.apply(ctx, b)
}

func (c *Consumer) keep(ctx context.Context, message kafka.Message, cause error) error {
	if err := c.Letters.Keep(ctx, message, cause); err != nil {
		return fmt.Errorf("keep record %s/%d@%d: %w", message.Topic, message.Partition, message.Offset, err)
	}
	c.Metrics.kept()
	slog.ErrorContext(ctx, "record can never be applied", "topic", message.Topic, "partition", message.Partition, "offset", message.Offset, "error", cause)
	return nil
}

// apply writes posts before comments: a deleted post hides its comments.
func (c *Consumer) apply(ctx context.Context, b batch) error {
	if err := c.Projection.ApplyPosts(ctx, b.posts); err != nil {
		return err
	}
	if err := c.Projection.ApplyComments(ctx, b.comments); err != nil {
		return err
	}
	now := c.Now()
	for _, event := range b.events {
		c.Metrics.applied(activityrecord.TypeName(event.GetType()), now.Sub(event.GetOccurredAt().AsTime()))
	}
	return nil
}

// add takes what search needs of an event. The names of members are looked up
// when they are shown, and handles when they are searched for, so that events of
// members change nothing here.
func (b *batch) add(event *activityv1.MemberActivityEvent) {
	switch event.GetType() { //nolint:exhaustive // documents hold nothing of the others
	case activityrecord.PostCreate, activityrecord.PostUpdate, activityrecord.PostDelete:
		b.posts = append(b.posts, toPost(event))
	case activityrecord.CommentCreate, activityrecord.CommentUpdate, activityrecord.CommentDelete:
		b.comments = append(b.comments, toComment(event))
	default:
		return
	}
	b.events = append(b.events, event)
}

func toPost(event *activityv1.MemberActivityEvent) search.Post {
	state := event.GetPost()
	return search.Post{
		ID:        search.PostID(event.GetPostId()),
		Version:   event.GetVersion(),
		AuthorID:  search.MemberID(state.GetAuthorId()),
		Title:     state.GetTitle(),
		Content:   state.GetContent(),
		CreatedAt: state.GetCreatedAt().AsTime(),
		UpdatedAt: state.GetUpdatedAt().AsTime(),
		Deleted:   state.GetDeleted(),
	}
}

func toComment(event *activityv1.MemberActivityEvent) search.Comment {
	state := event.GetComment()
	return search.Comment{
		ID:        search.CommentID(event.GetCommentId()),
		Version:   event.GetVersion(),
		PostID:    search.PostID(state.GetPostId()),
		ParentID:  search.CommentID(state.GetParentId()),
		Depth:     int(state.GetDepth()),
		AuthorID:  search.MemberID(state.GetAuthorId()),
		Content:   state.GetContent(),
		CreatedAt: state.GetCreatedAt().AsTime(),
		UpdatedAt: state.GetUpdatedAt().AsTime(),
		Deleted:   state.GetDeleted(),
	}
}
