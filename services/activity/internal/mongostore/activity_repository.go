package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

// Upsert implements activity.RecordStore, in at most two trips: one that inserts
// what is not there, whose filter is the unique key alone, so that two at once
// cannot both insert; and one that brings up to date what was there already.
func (s *Store) Upsert(ctx context.Context, all []activity.Activity) error {
	if len(all) == 0 {
		return nil
	}
	recordedAt := s.now()
	inserts := make([]driver.WriteModel, len(all))
	for i, a := range all {
		document, err := fromActivity(a, recordedAt)
		if err != nil {
			return err
		}
		inserts[i] = driver.NewUpdateOneModel().SetUpsert(true).
			SetFilter(bson.D{{Key: "message_key", Value: a.Key}}).
			SetUpdate(bson.D{{Key: "$setOnInsert", Value: document}})
	}
	result, err := s.bulk(ctx, activities, inserts)
	if err != nil {
		return s.fault(ctx, "insert activities", err)
	}
	return s.renew(ctx, all, result.UpsertedIDs)
}

// renew takes newer events over into the activities that were not inserted.
func (s *Store) renew(ctx context.Context, all []activity.Activity, inserted map[int64]any) error {
	var renewals []driver.WriteModel
	for i, a := range all {
		if _, isNew := inserted[int64(i)]; isNew {
			continue
		}
		renewals = append(renewals, driver.NewUpdateOneModel().
			SetFilter(append(bson.D{{Key: "message_key", Value: a.Key}}, isOlderThan(a))).
			SetUpdate(bson.D{{Key: "$set", Value: bson.D{
				{Key: "version", Value: a.Version},
				{Key: "updated_at", Value: toStored(a.UpdatedAt)},
				{Key: "event_id", Value: a.EventID},
			}}}))
	}
	if len(renewals) == 0 {
		return nil
	}
	if _, err := s.bulk(ctx, activities, renewals); err != nil {
		return s.fault(ctx, "renew activities", err)
	}
	return nil
}

// isOlderThan holds for documents that a is newer than.
func isOlderThan(a activity.Activity) bson.E {
	return bson.E{Key: "$or", Value: bson.A{
		bson.D{{Key: "version", Value: bson.D{{Key: "$lt", Value: a.Version}}}},
		bson.D{{Key: "version", Value: a.Version}, {Key: "updated_at", Value: bson.D{{Key: "$lt", Value: toStored(a.UpdatedAt)}}}},
	}}
}

// FindByKey implements activity.RecordStore.
func (s *Store) FindByKey(ctx context.Context, key string) (activity.Activity, error) {
	return s.findOne(ctx, bson.D{{Key: "message_key", Value: key}})
}

// FindByID implements activity.RecordStore.
func (s *Store) FindByID(ctx context.Context, id activity.ID) (activity.Activity, error) {
	object, err := bson.ObjectIDFromHex(string(id))
	if err != nil {
		return activity.Activity{}, activity.ErrAbsent
	}
	return s.findOne(ctx, bson.D{{Key: "_id", Value: object}})
}

func (s *Store) findOne(ctx context.Context, filter bson.D) (activity.Activity, error) {
	var document activityDocument
	if err := s.client.Collection(activities).FindOne(ctx, filter).Decode(&document); err != nil {
		return activity.Activity{}, s.fault(ctx, "find activity", err)
	}
	return toActivity(document), nil
}

// ListOf implements activity.HistoryReader.
func (s *Store) ListOf(ctx context.Context, member activity.MemberID, types []activity.Type, page activity.Page) ([]activity.Activity, error) {
	filter, hint := bson.D{{Key: "member_id", Value: int64(member)}}, byMember
	if len(types) > 0 {
		filter, hint = append(filter, in("member_activity_type", types)), byMemberAndType
	}
	cursor, err := s.client.Collection(activities).Find(ctx, append(filter, between(time.Time{}, page.After)...), options.Find().
		SetSort(newestFirst()).SetHint(hint.Name()).SetSkip(int64(page.Skip)).SetLimit(int64(page.Limit)))
	if err != nil {
		return nil, s.fault(ctx, "list activities of member", err)
	}
	return s.all(ctx, cursor)
}

// ListRecorded implements activity.RecentReader.
func (s *Store) ListRecorded(ctx context.Context, types []activity.Type, after time.Time, id activity.ID, limit int) ([]activity.Activity, error) {
	last, at := objectID(id), toStored(after)
	filter := bson.D{
		{Key: "recorded_at", Value: bson.D{{Key: "$gte", Value: at}}},
		{Key: "$or", Value: bson.A{
			bson.D{{Key: "recorded_at", Value: bson.D{{Key: "$gt", Value: at}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: last}}}},
		}},
		in("member_activity_type", types),
	}
	cursor, err := s.client.Collection(activities).Find(ctx, filter, options.Find().SetLimit(int64(limit)).
		SetSort(bson.D{{Key: "recorded_at", Value: 1}, {Key: "_id", Value: 1}}).SetHint(byRecording.Name()))
	if err != nil {
		return nil, s.fault(ctx, "list recorded activities", err)
	}
	return s.all(ctx, cursor)
}

func (s *Store) all(ctx context.Context, cursor *driver.Cursor) ([]activity.Activity, error) {
	var documents []activityDocument
	if err := cursor.All(ctx, &documents); err != nil {
		return nil, s.fault(ctx, "read activities", err)
	}
	listed := make([]activity.Activity, len(documents))
	for i, d := range documents {
		listed[i] = toActivity(d)
	}
	return listed, nil
}

// objectID is an id as documents have it; the lowest for what is no id.
func objectID(id activity.ID) bson.ObjectID {
	object, err := bson.ObjectIDFromHex(string(id))
	if err != nil {
		return bson.NilObjectID
	}
	return object
}

func newestFirst() bson.D { return bson.D{{Key: "created_at", Value: -1}, {Key: "_id", Value: -1}} }

// between leaves what comes after a position of a list that is newest first, and
// what happened at since or later; each may be absent. The bounds on the time are
// what the index is entered with; the rest breaks ties.
func between(since time.Time, after *activity.Position) (filter bson.D) {
	var bounds bson.D
	if !since.IsZero() {
		bounds = append(bounds, bson.E{Key: "$gte", Value: toStored(since)})
	}
	if after != nil {
		at := toStored(after.CreatedAt)
		bounds = append(bounds, bson.E{Key: "$lte", Value: at})
		filter = append(filter, bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: "created_at", Value: bson.D{{Key: "$lt", Value: at}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: objectID(after.ID)}}}},
		}})
	}
	if len(bounds) > 0 {
		filter = append(filter, bson.E{Key: "created_at", Value: bounds})
	}
	return filter
}
