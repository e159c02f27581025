package mongostore

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
)

// LoadProgress implements search.Progress.
func (s *Store) LoadProgress(ctx context.Context, kind search.Kind) (int64, error) {
	var progress struct {
		After int64 `bson:"after"`
	}
	err := s.collection(rebuilds).FindOne(ctx, bson.D{{Key: "_id", Value: shelfOf(kind).collection}}).Decode(&progress)
	if errors.Is(err, driver.ErrNoDocuments) {
		return 0, nil
	}
	return progress.After, fault(ctx, "load progress", err)
}

// SaveProgress implements search.Progress.
func (s *Store) SaveProgress(ctx context.Context, kind search.Kind, after int64) error {
	_, err := s.collection(rebuilds).UpdateByID(ctx, shelfOf(kind).collection,
		bson.D{{Key: "$set", Value: bson.D{{Key: "after", Value: after}, {Key: "updated_at", Value: s.stamp()}}}},
		options.UpdateOne().SetUpsert(true))
	return fault(ctx, "save progress", err)
}
