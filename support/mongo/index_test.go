package mongo_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

var (
	byKey    = mongo.Index{Collection: "letters", Keys: []string{"message_key"}, Unique: true}
	byMember = mongo.Index{Collection: "letters", Keys: []string{"member_id", "-created_at", "_id"}}
	byTime   = mongo.Index{Collection: "marks", Keys: []string{"created_at"}}
	all      = []mongo.Index{byKey, byMember, byTime}
)

func TestAnIndexIsNamedByItsKeys(t *testing.T) {
	t.Parallel()
	require.Equal(t, "member_id_1_created_at_-1__id_1", byMember.Name())
}

func TestIndexesAreMadeOnce(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Mongo(t))
	made, err := client.EnsureIndexes(t.Context(), all)
	require.NoError(t, err)
	require.Equal(t, all, made)
	again, err := client.EnsureIndexes(t.Context(), all)
	require.NoError(t, err)
	require.Empty(t, again)
	require.NoError(t, client.RequireIndexes(t.Context(), all))
}

func TestReplicasMayMakeIndexesAtOnce(t *testing.T) {
	t.Parallel()
	database := testenv.Mongo(t)
	var replicas errgroup.Group
	for range 5 {
		client := open(t, database)
		replicas.Go(func() error { _, err := client.EnsureIndexes(t.Context(), all); return err })
	}
	require.NoError(t, replicas.Wait())
	require.NoError(t, open(t, database).RequireIndexes(t.Context(), all))
}

func TestMissingIndexesAreNamed(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Mongo(t))
	_, err := client.EnsureIndexes(t.Context(), []mongo.Index{byKey})
	require.NoError(t, err)
	err = client.RequireIndexes(t.Context(), all)
	require.ErrorIs(t, err, mongo.ErrNotMigrated)
	require.ErrorContains(t, err, byMember.String())
	require.ErrorContains(t, err, byTime.String())
	require.NotContains(t, err.Error(), byKey.String())
}

func TestAnIndexThatIsNotUniqueDoesNotCountAsOne(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Mongo(t))
	plain := byKey
	plain.Unique = false
	_, err := client.EnsureIndexes(t.Context(), []mongo.Index{plain})
	require.NoError(t, err)
	require.ErrorIs(t, client.RequireIndexes(t.Context(), []mongo.Index{byKey}), mongo.ErrNotMigrated)
}

func TestAServerThatIsGoneSaysNothingOfIndexes(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.MongoDatabase{URI: "mongodb://127.0.0.1:1", Database: "dailyfeed"})
	err := client.RequireIndexes(t.Context(), all)
	require.True(t, mongo.IsUnavailable(err), "%v", err)
	require.NotErrorIs(t, err, mongo.ErrNotMigrated)
}

func TestAUniqueIndexIsHeldAndItsViolationTold(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Mongo(t))
	_, err := client.EnsureIndexes(t.Context(), all)
	require.NoError(t, err)
	letter := bson.D{{Key: "message_key", Value: "a"}}
	_, err = client.Collection("letters").InsertOne(t.Context(), letter)
	require.NoError(t, err)
	_, err = client.Collection("letters").InsertOne(t.Context(), letter)
	require.True(t, mongo.IsDuplicate(mongo.Fault(t.Context(), err)), "%v", err)
	require.False(t, mongo.IsUnavailable(mongo.Fault(t.Context(), err)))
}
