package evidence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

func (c *Collector) readDocuments(ctx context.Context, members []int64, seen *ledger.Evidence) error {
	return errors.Join(
		find(ctx, c, "member_activities", "member_id", members, func(d activityDocument) {
			seen.Activities = append(seen.Activities, ledger.ActivityDocument{Key: d.Key, EventID: d.EventID, Version: d.Version})
		}),
		find(ctx, c, "search_posts", "author_id", members, func(d searchDocument) {
			seen.SearchPosts = append(seen.SearchPosts, d.evidence(d.Post))
		}),
		find(ctx, c, "search_comments", "author_id", members, func(d searchDocument) {
			seen.SearchComments = append(seen.SearchComments, d.evidence(d.Comment))
		}),
	)
}

type activityDocument struct {
	Key     string `bson:"message_key"`
	EventID string `bson:"event_id"`
	Version int64  `bson:"version"`
}

type searchDocument struct {
	Post    int64      `bson:"post_pk"`
	Comment int64      `bson:"comment_pk"`
	Version int64      `bson:"version"`
	Gone    *time.Time `bson:"gone_at"`
	Body    string     `bson:"body"`
}

func (d searchDocument) evidence(id int64) ledger.SearchDocument {
	return ledger.SearchDocument{ID: id, Version: d.Version, Gone: d.Gone != nil, Body: d.Body}
}

func find[D any](ctx context.Context, c *Collector, collection, field string, members []int64, take func(D)) error {
	cursor, err := c.Documents().Collection(collection).Find(ctx, bson.D{{Key: field, Value: bson.D{{Key: "$in", Value: members}}}},
		options.Find().SetProjection(bson.D{
			{Key: "message_key", Value: 1},
			{Key: "event_id", Value: 1},
			{Key: "post_pk", Value: 1},
			{Key: "comment_pk", Value: 1},
			{Key: "version", Value: 1},
			{Key: "gone_at", Value: 1},
			{Key: "body", Value: 1},
		}))
	if err != nil {
		return fmt.Errorf("find in %s: %w", collection, err)
	}
	defer func() { _ = cursor.Close(ctx) }()
	for cursor.Next(ctx) {
		var document D
		if err := cursor.Decode(&document); err != nil {
			return fmt.Errorf("decode from %s: %w", collection, err)
		}
		take(document)
	}
	return cursor.Err()
}
