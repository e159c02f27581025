// Package mongostore keeps the domain's activities, and what belongs to them, in
// MongoDB.
package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

// The collections.
const (
	activities = "member_activities"
	tombstones = "activity_tombstones"
	readMarks  = "activity_read_marks"
)

// Indexes are what the queries of this package rely on; `migrate` makes them.
func Indexes() []mongo.Index {
	return []mongo.Index{
		{Collection: activities, Keys: []string{"message_key"}, Unique: true},
		byMember,
		byMemberAndType,
		byRecording,
		{Collection: activities, Keys: []string{"created_at"}},
		{Collection: tombstones, Keys: []string{"deleted_at"}},
		{Collection: readMarks, Keys: []string{"until"}},
	}
}

var (
	byMember        = mongo.Index{Collection: activities, Keys: []string{"member_id", "created_at", "_id"}}
	byRecording     = mongo.Index{Collection: activities, Keys: []string{"recorded_at", "_id"}}
	byMemberAndType = mongo.Index{Collection: activities, Keys: []string{"member_id", "member_activity_type", "created_at", "_id"}}
)

// Store implements the ports of the domain.
type Store struct {
	client *mongo.Client
	now    activity.Clock
}

var (
	_ activity.RecordStore    = (*Store)(nil)
	_ activity.HistoryReader  = (*Store)(nil)
	_ activity.FollowedReader = (*Store)(nil)
	_ activity.RecentReader   = (*Store)(nil)
	_ activity.MarkStore      = (*Store)(nil)
)

// New keeps the domain in client's database.
func New(client *mongo.Client, now activity.Clock) *Store { return &Store{client: client, now: now} }

// RemoveActivities removes at most limit activities that happened before that
// time, oldest first, and returns how many it removed.
func (s *Store) RemoveActivities(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.removeBefore(ctx, activities, "created_at", before, limit)
}

// ForgetDeletions removes at most limit tombstones of things that were deleted
// before that time: nothing is left that they hide.
func (s *Store) ForgetDeletions(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.removeBefore(ctx, tombstones, "deleted_at", before, limit)
}

// ForgetMarks removes at most limit read marks from before that time: nothing is
// left that could be unread because of them.
func (s *Store) ForgetMarks(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.removeBefore(ctx, readMarks, "until", before, limit)
}

// removeBefore removes in two steps, because a deletion takes no limit; what has
// moved on in between is kept.
func (s *Store) removeBefore(ctx context.Context, collection, field string, before time.Time, limit int) (int64, error) {
	old := bson.D{{Key: field, Value: bson.D{{Key: "$lt", Value: before}}}}
	cursor, err := s.client.Collection(collection).Find(ctx, old, options.Find().
		SetProjection(bson.D{{Key: "_id", Value: 1}}).SetSort(bson.D{{Key: field, Value: 1}}).SetLimit(int64(limit)))
	if err != nil {
		return 0, s.fault(ctx, "find old documents of "+collection, err)
	}
	var found []struct {
		ID bson.RawValue `bson:"_id"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return 0, s.fault(ctx, "find old documents of "+collection, err)
	}
	if len(found) == 0 {
		return 0, nil
	}
	ids := make(bson.A, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	result, err := s.client.Collection(collection).DeleteMany(ctx, append(old, in("_id", ids)))
	if err != nil {
		return 0, s.fault(ctx, "remove old documents of "+collection, err)
	}
	return result.DeletedCount, nil
}

func in(field string, values any) bson.E {
	return bson.E{Key: field, Value: bson.D{{Key: "$in", Value: values}}}
}

// bulk runs writes in their order.
func (s *Store) bulk(ctx context.Context, collection string, writes []driver.WriteModel) (*driver.BulkWriteResult, error) {
	return s.client.Collection(collection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(true))
}
