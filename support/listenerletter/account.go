package listenerletter

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

// Counts is the state of a group's letters.
type Counts struct {
	// Waiting are tried again; Parked are not, and nobody has discarded them.
	Waiting, Parked int64
	// Oldest is when the oldest waiting letter came; zero where none waits.
	Oldest time.Time
}

// Count tells the state of all letters of the group.
func (b *Box) Count(ctx context.Context) (counts Counts, err error) {
	of := func(parked bool) bson.D {
		return bson.D{{Key: "consumer_group", Value: b.group}, {Key: "parked", Value: parked}}
	}
	if counts.Waiting, err = b.letters().CountDocuments(ctx, of(false)); err != nil {
		return counts, fault(ctx, "count letters", err)
	}
	if counts.Parked, err = b.letters().CountDocuments(ctx, append(of(true), bson.E{Key: "discarded_at", Value: nil})); err != nil {
		return counts, fault(ctx, "count letters", err)
	}
	var oldest document
	err = b.letters().FindOne(ctx, of(false), options.FindOne().SetSort(bson.D{{Key: "created_at", Value: 1}})).Decode(&oldest)
	if errors.Is(err, driver.ErrNoDocuments) {
		return counts, nil
	}
	counts.Oldest = oldest.CreatedAt
	return counts, fault(ctx, "find oldest letter", err)
}

// Tend drains, and tells sample what is left, also where the drain failed: a parked
// letter is a person's. It fails with what either failed with.
func (b *Box) Tend(ctx context.Context, apply func(ctx context.Context, message kafka.Message) error, sample func(left Counts)) error {
	_, err := b.Drain(ctx, apply)
	left, countErr := b.Count(ctx)
	if countErr == nil {
		sample(left)
	}
	return errors.Join(err, countErr)
}

// Expire removes at most limit letters of all groups that were parked before that
// time, the oldest first, and returns how many. Each is first given to archive;
// what archive fails with ends it.
func Expire(ctx context.Context, client *mongo.Client, before time.Time, limit int, archive func(ctx context.Context, letter Letter) error) (removed int, err error) {
	letters := client.Collection(Collection)
	old := bson.D{{Key: "parked", Value: true}, {Key: "parked_at", Value: bson.D{{Key: "$lt", Value: toStored(before)}}}}
	cursor, err := letters.Find(ctx, old, options.Find().SetSort(bson.D{{Key: "parked_at", Value: 1}}).SetLimit(int64(limit)).SetBatchSize(readAtOnce))
	if err != nil {
		return 0, fault(ctx, "find old letters", err)
	}
	defer cursor.Close(context.WithoutCancel(ctx)) //nolint:errcheck // all that was wanted is read
	for ; cursor.Next(ctx); removed++ {
		var letter document
		if err := cursor.Decode(&letter); err != nil {
			return removed, fault(ctx, "read old letter", err)
		}
		if err := archive(ctx, toLetter(letter)); err != nil {
			return removed, err
		}
		// not one that a person has retried meanwhile
		if _, err := letters.DeleteOne(ctx, append(bson.D{{Key: "_id", Value: letter.ID}}, old...)); err != nil {
			return removed, fault(ctx, "remove old letter", err)
		}
	}
	return removed, fault(ctx, "find old letters", cursor.Err())
}
