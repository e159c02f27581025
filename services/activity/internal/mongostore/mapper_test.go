package mongostore

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

func moment(second int) time.Time { return time.Date(2026, 11, 20, 9, 0, second, 0, time.UTC) }

// requireFull fails where a field is left empty, so that no field is forgotten here.
func requireFull(t *testing.T, value any) {
	t.Helper()
	fields := reflect.ValueOf(value)
	for i := range fields.NumField() {
		require.False(t, fields.Field(i).IsZero(), "%T.%s is not filled", value, fields.Type().Field(i).Name)
	}
}

func TestAnActivityGoesIntoADocumentAndBackWithEachFieldInItsPlace(t *testing.T) {
	t.Parallel()
	want := activity.Activity{
		ID: "0123456789abcdef01234567", Key: "key", EventID: "event", Type: activity.MemberFollow, MemberID: 1, PostID: 2, CommentID: 3,
		TargetID: 4, Version: 5, CreatedAt: moment(6), UpdatedAt: moment(7), RecordedAt: moment(8),
	}
	requireFull(t, want)
	document, err := fromActivity(want, moment(8))
	require.NoError(t, err)
	id, err := bson.ObjectIDFromHex("0123456789abcdef01234567")
	require.NoError(t, err)
	require.Equal(t, activityDocument{
		ID: id, MessageKey: "key", EventID: "event", Type: "MEMBER_FOLLOW", MemberID: 1, PostID: 2, CommentID: 3,
		TargetID: 4, Version: 5, CreatedAt: moment(6), UpdatedAt: moment(7), RecordedAt: moment(8),
	}, document)
	require.Equal(t, want, toActivity(document))
	_, err = fromActivity(activity.Activity{ID: "no id"}, moment(8))
	require.Error(t, err)
}
