package mongo_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

func open(t *testing.T, database testenv.MongoDatabase, change ...func(*mongo.Config)) *mongo.Client {
	t.Helper()
	config := mongo.Config{URI: database.URI, Database: database.Database, AppName: "test"}
	for _, c := range change {
		c(&config)
	}
	client, err := mongo.Open(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func TestOpenNeedsAnAddressAndADatabase(t *testing.T) {
	t.Parallel()
	_, err := mongo.Open(mongo.Config{Database: "dailyfeed"})
	require.ErrorIs(t, err, mongo.ErrNoAddress)
	_, err = mongo.Open(mongo.Config{URI: "mongodb://127.0.0.1"})
	require.ErrorIs(t, err, mongo.ErrNoAddress)
	_, err = mongo.Open(mongo.Config{URI: "http://127.0.0.1", Database: "dailyfeed"})
	require.Error(t, err)
}

func TestOpenWaitsForNothing(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.MongoDatabase{URI: "mongodb://127.0.0.1:1", Database: "dailyfeed"})
	require.True(t, mongo.IsUnavailable(client.Ping(t.Context())))
}

// The first operation to see the connection break empties the pool under all
// others: they too hear that the server is away, and not of a fault of theirs.
func TestEveryOperationUnderWayHearsOfAnOutage(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	client := open(t, database)
	require.NoError(t, client.Ping(t.Context()))
	var group sync.WaitGroup
	var begun atomic.Int64
	faults := make(chan error, 40)
	for range cap(faults) {
		group.Go(func() {
			for {
				begun.Add(1)
				if err := client.Collection("a").FindOne(t.Context(), bson.D{}).Err(); err != nil && !errors.Is(err, driver.ErrNoDocuments) {
					faults <- err
					return
				}
			}
		})
	}
	require.Eventually(t, func() bool { return begun.Load() > 200 }, 20*time.Second, time.Millisecond)
	require.NoError(t, server.Kill())
	group.Wait()
	close(faults)
	for err := range faults {
		require.True(t, mongo.IsUnavailable(mongo.Fault(t.Context(), err)), "%v", err)
	}
}

func TestAServerThatWasGoneIsUsedAgain(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	client := open(t, database)
	require.NoError(t, client.Ping(t.Context()))
	_, err := client.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}})
	require.NoError(t, err)
	require.NoError(t, server.Kill())
	_, err = client.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: 2}})
	require.True(t, mongo.IsUnavailable(mongo.Fault(t.Context(), err)), "%v", err)
	require.NoError(t, server.Start(t.Context()))
	require.Eventually(t, func() bool { return client.Ping(t.Context()) == nil }, 10*time.Second, 10*time.Millisecond)
	count, err := client.Collection("a").CountDocuments(t.Context(), bson.D{})
	require.NoError(t, err)
	require.EqualValues(t, 1, count)
}

func TestAServerThatHangsIsUnavailableInTime(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	client := open(t, database, func(c *mongo.Config) { c.Timeout = 300 * time.Millisecond })
	require.NoError(t, client.Ping(t.Context()))
	require.NoError(t, server.Pause())
	begin := time.Now()
	err := client.Ping(t.Context())
	require.True(t, mongo.IsUnavailable(err), "%v", err)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(begin), 3*time.Second)
	require.NoError(t, server.Resume())
	require.Eventually(t, func() bool { return client.Ping(t.Context()) == nil }, 10*time.Second, 10*time.Millisecond)
}

func TestTheCallersOwnEndIsNoOutage(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.MongoDatabase{URI: "mongodb://127.0.0.1:1", Database: "dailyfeed"})
	late, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := client.Ping(late)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.False(t, mongo.IsUnavailable(err))
	gone, leave := context.WithCancel(t.Context())
	leave()
	err = client.Ping(gone)
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, mongo.IsUnavailable(err))
}

func TestStatsCountConnections(t *testing.T) {
	t.Parallel()
	client := open(t, testenv.Mongo(t))
	require.NoError(t, client.Ping(t.Context()))
	require.GreaterOrEqual(t, client.Stats().Open, int64(1))
	require.Eventually(t, func() bool { return client.Stats().InUse == 0 }, 5*time.Second, time.Millisecond)
	require.Zero(t, client.Stats().Failed)
}
