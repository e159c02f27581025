package mongostore

import (
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

// activityDocument is a document of member_activities. Its times are in
// milliseconds, which is what BSON keeps.
type activityDocument struct {
	ID         bson.ObjectID `bson:"_id"`
	MessageKey string        `bson:"message_key"`
	EventID    string        `bson:"event_id"`
	Type       string        `bson:"member_activity_type"`
	MemberID   int64         `bson:"member_id"`
	PostID     int64         `bson:"post_id"`
	CommentID  int64         `bson:"comment_id"`
	TargetID   int64         `bson:"target_member_id"`
	Version    int64         `bson:"version"`
	CreatedAt  time.Time     `bson:"created_at"`
	UpdatedAt  time.Time     `bson:"updated_at"`
	// RecordedAt is when it came here first: the order of streams, and with
	// CreatedAt what the way through the events took.
	RecordedAt time.Time `bson:"recorded_at"`
}

func fromActivity(a activity.Activity, recordedAt time.Time) (activityDocument, error) {
	id, err := bson.ObjectIDFromHex(string(a.ID))
	if err != nil {
		return activityDocument{}, fmt.Errorf("activity id %q: %w", a.ID, err)
	}
	return activityDocument{
		ID:         id,
		MessageKey: a.Key,
		EventID:    a.EventID,
		Type:       string(a.Type),
		MemberID:   int64(a.MemberID),
		PostID:     int64(a.PostID),
		CommentID:  int64(a.CommentID),
		TargetID:   int64(a.TargetID),
		Version:    a.Version,
		CreatedAt:  toStored(a.CreatedAt),
		UpdatedAt:  toStored(a.UpdatedAt),
		RecordedAt: toStored(recordedAt),
	}, nil
}

func toActivity(d activityDocument) activity.Activity {
	return activity.Activity{
		ID:         activity.ID(d.ID.Hex()),
		Key:        d.MessageKey,
		EventID:    d.EventID,
		Type:       activity.Type(d.Type),
		MemberID:   activity.MemberID(d.MemberID),
		PostID:     activity.PostID(d.PostID),
		CommentID:  activity.CommentID(d.CommentID),
		TargetID:   activity.MemberID(d.TargetID),
		Version:    d.Version,
		CreatedAt:  d.CreatedAt.UTC(),
		UpdatedAt:  d.UpdatedAt.UTC(),
		RecordedAt: d.RecordedAt.UTC(),
	}
}

func toStored(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
