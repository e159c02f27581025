// Package activityconsumer takes what members did from Kafka and keeps home
// feeds up to date: new posts go into the feeds of followers, deleted ones and
// authors that left out of them, and a follow that a feed does not know has it
// built again. Everything may come twice, late and out of order.
package activityconsumer

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Group is the consumer group of timeline (spec 10).
const Group = "member-activity-consumer-group-timeline-svc"

// PostFeeds are the home feeds as posts change them. Doing any of it twice
// changes nothing more. An error means that it has to be done again.
type PostFeeds interface {
	// Moment is a point in the life of feeds that has been.
	Moment() timeline.FeedMoment
	// Push adds a post of author to the stored feeds of followers, who were asked
	// for after the moment since.
	Push(ctx context.Context, since timeline.FeedMoment, author timeline.MemberID, entry timeline.FeedEntry, followers []timeline.MemberID) (taken int, err error)
	// Offer lets all feeds with author take the post when they are next read.
	Offer(ctx context.Context, author timeline.MemberID, entry timeline.FeedEntry) error
	// Remove takes a post out of the stored feeds of followers.
	Remove(ctx context.Context, entry timeline.FeedEntry, followers []timeline.MemberID) error
}

// MemberFeeds are the home feeds as members change them, in the same way.
type MemberFeeds interface {
	// AuthorLeft has the feeds with author built again.
	AuthorLeft(ctx context.Context, author timeline.MemberID) error
	// FollowChanged has follower's feed built again where it does not know of
	// the follow, or of its end, which was at a time.
	FollowChanged(ctx context.Context, follower, target timeline.MemberID, following bool, at time.Time) error
}

// Feeds are the home feeds.
type Feeds interface {
	PostFeeds
	MemberFeeds
}

// Pages are what is stored ready for pages. Whoever writes has them forget it at
// once; the event does so again, where that failed.
type Pages interface {
	// PostsChanged forgets what is stored of posts.
	PostsChanged(ctx context.Context, posts ...timeline.PostID) error
	// LikesChanged forgets what member likes, and the post.
	LikesChanged(ctx context.Context, member timeline.MemberID, post timeline.PostID) error
}

// Names are how members sign, in the cache that all services share.
type Names interface {
	// Changed forgets the names of members.
	Changed(ctx context.Context, members ...int64) error
}

// Followers knows who follows whom.
type Followers interface {
	// FindFollowers returns at most limit followers, and whether there are more.
	FindFollowers(ctx context.Context, member timeline.MemberID, limit int) (followers []timeline.MemberID, more bool, err error)
}

// Ledger remembers what was applied; it may forget.
type Ledger interface {
	// IsApplied says whether the event, or this or a later version of the
	// thing, was applied.
	IsApplied(ctx context.Context, eventID, thing string, version int64) (bool, error)
	// MarkApplied remembers both.
	MarkApplied(ctx context.Context, eventID, thing string, version int64) error
}

// LetterBox keeps records that cannot be applied.
type LetterBox interface {
	// Keep stores a record with why it could not be applied. Storing it twice
	// changes nothing.
	Keep(ctx context.Context, message kafka.Message, cause error) error
}

// Consumer applies events to feeds.
type Consumer struct {
	Feeds     Feeds
	Pages     Pages
	Names     Names
	Followers Followers
	Ledger    Ledger
	Letters   LetterBox
	Metrics   *Metrics
	// FanOutLimit is how many followers an author may have whose posts are pushed.
	FanOutLimit int
	Now         timeline.Clock

	popular popularAuthors
}

// Handle is a kafka.Handler. A record that can never be applied is kept as a
// letter; every other failure is one of a store or a neighbour, and the record
// comes again.
func (c *Consumer) Handle(ctx context.Context, message kafka.Message) error {
	event, err := activityrecord.Decode(message.Value)
	if err != nil {
		return c.keep(ctx, message, err)
	}
	return c.Apply(ctx, event)
}

func (c *Consumer) keep(ctx context.Context, message kafka.Message, cause error) error {
	if err := c.Letters.Keep(ctx, message, cause); err != nil {
		return fmt.Errorf("keep record %s/%d@%d: %w", message.Topic, message.Partition, message.Offset, err)
	}
	c.Metrics.kept()
	slog.ErrorContext(ctx, "record cannot be applied", "topic", message.Topic, "partition", message.Partition, "offset", message.Offset, "error", cause)
	return nil
}

// Apply applies an event once; events that feeds have nothing to do with are
// done at once.
func (c *Consumer) Apply(ctx context.Context, event *activityv1.MemberActivityEvent) error {
	if err := c.forget(ctx, event); err != nil {
		return fmt.Errorf("forget what event %s changed: %w", event.GetEventId(), err)
	}
	apply := c.changeOf(event)
	if apply == nil {
		return nil
	}
	thing := activityrecord.Thing(event)
	done, err := c.Ledger.IsApplied(ctx, event.GetEventId(), thing, event.GetVersion())
	if err != nil || done {
		return err
	}
	if err := apply(ctx, event); err != nil {
		return fmt.Errorf("apply event %s: %w", event.GetEventId(), err)
	}
	c.Metrics.applied(activityrecord.TypeName(event.GetType()), c.Now().Sub(event.GetOccurredAt().AsTime()))
	return c.Ledger.MarkApplied(ctx, event.GetEventId(), thing, event.GetVersion())
}

// forget throws away what is stored of what an event changed. It does no harm to
// forget twice, so the ledger is not asked.
func (c *Consumer) forget(ctx context.Context, event *activityv1.MemberActivityEvent) error {
	post := timeline.PostID(event.GetPostId())
	switch event.GetType() { //nolint:exhaustive // nothing is stored of the others
	case activityrecord.PostUpdate, activityrecord.PostDelete, activityrecord.CommentCreate, activityrecord.CommentDelete:
		return c.Pages.PostsChanged(ctx, post)
	case activityrecord.LikePost, activityrecord.LikePostCancel:
		return c.Pages.LikesChanged(ctx, timeline.MemberID(event.GetMemberId()), post)
	case activityrecord.MemberUpdate, activityrecord.MemberDeactivate:
		return c.Names.Changed(ctx, event.GetMemberId())
	}
	return nil
}

type change func(ctx context.Context, event *activityv1.MemberActivityEvent) error

// changeOf is what an event does to feeds; nil where it does nothing.
func (c *Consumer) changeOf(event *activityv1.MemberActivityEvent) change {
	switch event.GetType() { //nolint:exhaustive // feeds hold nothing of the others
	case activityrecord.PostCreate:
		return c.publish
	case activityrecord.PostDelete:
		return c.remove
	case activityrecord.MemberFollow, activityrecord.MemberUnfollow:
		return c.follow
	case activityrecord.MemberDeactivate:
		return c.leave
	}
	return nil
}

func (c *Consumer) publish(ctx context.Context, event *activityv1.MemberActivityEvent) error {
	author := timeline.MemberID(event.GetPost().GetAuthorId())
	entry := entryOf(event)
	if c.popular.knows(author, c.Now()) {
		return c.Feeds.Offer(ctx, author, entry)
	}
	moment := c.Feeds.Moment() // before the list, or a feed that was built since without author would take the post
	followers, more, err := c.Followers.FindFollowers(ctx, author, c.FanOutLimit)
	if err != nil {
		return err
	}
	if more {
		c.popular.add(author, c.Now())
		return c.Feeds.Offer(ctx, author, entry)
	}
	_, err = c.Feeds.Push(ctx, moment, author, entry, followers)
	return err
}

// remove tidies up: a deleted post is hidden already, because its row says so.
// The feeds of an author with too many followers drop it when they are read.
func (c *Consumer) remove(ctx context.Context, event *activityv1.MemberActivityEvent) error {
	followers, more, err := c.Followers.FindFollowers(ctx, timeline.MemberID(event.GetPost().GetAuthorId()), c.FanOutLimit)
	if err != nil || more {
		return err
	}
	return c.Feeds.Remove(ctx, entryOf(event), followers)
}

// entryOf is the place of an event's post in feeds.
func entryOf(event *activityv1.MemberActivityEvent) timeline.FeedEntry {
	return timeline.FeedEntry{PostID: timeline.PostID(event.GetPostId()), CreatedAt: event.GetPost().GetCreatedAt().AsTime()}
}

func (c *Consumer) follow(ctx context.Context, event *activityv1.MemberActivityEvent) error {
	state := event.GetFollow()
	return c.Feeds.FollowChanged(ctx, timeline.MemberID(event.GetMemberId()), timeline.MemberID(state.GetTargetMemberId()), state.GetFollowing(), event.GetOccurredAt().AsTime())
}

func (c *Consumer) leave(ctx context.Context, event *activityv1.MemberActivityEvent) error {
	return c.Feeds.AuthorLeft(ctx, timeline.MemberID(event.GetMemberId()))
}
