package mongostore_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/mongostore"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) {
	slog.SetLogLoggerLevel(slog.LevelError)
	testenv.Main(m)
}

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// noon is in whole milliseconds, as documents are.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

func open(t *testing.T) (*mongostore.Store, *mongo.Client) {
	t.Helper()
	return openTraced(t, nil)
}

// openTraced tells trace of each command.
func openTraced(t *testing.T, trace func(ctx context.Context, operation string) func(error)) (*mongostore.Store, *mongo.Client) {
	t.Helper()
	database := testenv.Mongo(t)
	client, err := mongo.Open(mongo.Config{URI: database.URI, Database: database.Database, Trace: trace})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	_, err = client.EnsureIndexes(t.Context(), mongostore.Indexes())
	require.NoError(t, err)
	return mongostore.New(client, now), client
}

// liked is a like with a key of its own for each (member, post).
func liked(key string, member activity.MemberID, version int64, when time.Time) activity.Activity {
	return activity.FromEvent(activity.Activity{
		Key: key, EventID: key + " event", Type: activity.LikePost, MemberID: member, PostID: 70, Version: version,
		CreatedAt: when, UpdatedAt: when,
	})
}
