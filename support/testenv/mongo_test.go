package testenv_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMongoGivesEachTestAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	one, other := testenv.Mongo(t), testenv.Mongo(t)

	_, err := documents(t, one).InsertOne(t.Context(), bson.M{"_id": 1})
	require.NoError(t, err)

	require.EqualValues(t, 1, count(t, one))
	require.EqualValues(t, 0, count(t, other))
}

func TestOwnMongoKeepsItsDocumentsWhenKilled(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	for i := range 500 {
		_, err := documents(t, database).InsertOne(t.Context(), bson.M{"_id": i})
		require.NoError(t, err)
	}

	require.NoError(t, server.Restart(t.Context()))

	require.EqualValues(t, 500, count(t, database))
}

func TestOwnMongoKeepsUniqueIndexesWhenKilled(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	_, err := documents(t, database).Indexes().CreateOne(t.Context(), mongo.IndexModel{
		Keys: bson.D{{Key: "message_key", Value: 1}}, Options: options.Index().SetUnique(true),
	})
	require.NoError(t, err)
	_, err = documents(t, database).InsertOne(t.Context(), bson.M{"_id": 1, "message_key": "a"})
	require.NoError(t, err)

	require.NoError(t, server.Restart(t.Context()))

	_, err = documents(t, database).InsertOne(t.Context(), bson.M{"_id": 2, "message_key": "a"})
	require.True(t, mongo.IsDuplicateKeyError(err), "%v", err)
}

func documents(t *testing.T, database testenv.MongoDatabase) *mongo.Collection {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(database.URI))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Disconnect(context.Background())) })
	return client.Database(database.Database).Collection("documents")
}

func count(t *testing.T, database testenv.MongoDatabase) int64 {
	t.Helper()
	n, err := documents(t, database).CountDocuments(t.Context(), bson.M{})
	require.NoError(t, err)
	return n
}
