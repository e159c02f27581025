package mongostore

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

// FindMark implements activity.MarkStore.
func (s *Store) FindMark(ctx context.Context, member activity.MemberID) (time.Time, error) {
	var mark struct {
		Until time.Time `bson:"until"`
	}
	err := s.client.Collection(readMarks).FindOne(ctx, bson.D{{Key: "_id", Value: int64(member)}}).Decode(&mark)
	if err != nil {
		err = s.fault(ctx, "find read mark", err)
	}
	if errors.Is(err, activity.ErrAbsent) {
		return time.Time{}, nil
	}
	return mark.Until, err
}

// RaiseMark implements activity.MarkStore.
func (s *Store) RaiseMark(ctx context.Context, member activity.MemberID, until time.Time) error {
	_, err := s.client.Collection(readMarks).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: int64(member)}},
		bson.D{{Key: "$max", Value: bson.D{{Key: "until", Value: toStored(until)}}}},
		options.UpdateOne().SetUpsert(true))
	if err != nil {
		return s.fault(ctx, "raise read mark", err)
	}
	return nil
}
