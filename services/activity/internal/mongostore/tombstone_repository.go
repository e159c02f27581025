package mongostore

import (
	"context"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

// Bury implements activity.RecordStore.
func (s *Store) Bury(ctx context.Context, burials []activity.Burial) error {
	writes := make([]driver.WriteModel, len(burials))
	for i, b := range burials {
		writes[i] = driver.NewUpdateOneModel().SetUpsert(true).
			SetFilter(bson.D{{Key: "_id", Value: tombstoneID(b.Thing)}}).
			SetUpdate(bson.D{
				{Key: "$max", Value: bson.D{{Key: "version", Value: b.Version}, {Key: "deleted_at", Value: toStored(b.At)}}},
			})
	}
	if _, err := s.bulk(ctx, tombstones, writes); err != nil {
		return s.fault(ctx, "bury", err)
	}
	return nil
}

// FindBuried implements activity.FollowedReader.
func (s *Store) FindBuried(ctx context.Context, things []activity.Thing) (map[activity.Thing]bool, error) {
	if len(things) == 0 {
		return nil, nil
	}
	byID := make(map[string]activity.Thing, len(things))
	ids := make(bson.A, 0, len(things))
	for _, thing := range things {
		id := tombstoneID(thing)
		if _, known := byID[id]; !known {
			byID[id] = thing
			ids = append(ids, id)
		}
	}
	cursor, err := s.client.Collection(tombstones).Find(ctx, bson.D{in("_id", ids)}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, s.fault(ctx, "find buried", err)
	}
	var found []struct {
		ID string `bson:"_id"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, s.fault(ctx, "find buried", err)
	}
	buried := make(map[activity.Thing]bool, len(found))
	for _, f := range found {
		buried[byID[f.ID]] = true
	}
	return buried, nil
}

func tombstoneID(thing activity.Thing) string {
	if thing.Comment != 0 {
		return "comment:" + strconv.FormatInt(int64(thing.Comment), 10)
	}
	return "post:" + strconv.FormatInt(int64(thing.Post), 10)
}
