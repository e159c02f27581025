package letterstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/letterstore"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// house is a store whose clock the test moves.
type house struct {
	*letterstore.Store
	client *mongo.Client
	now    time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	database := testenv.Mongo(t)
	client, err := mongo.Open(mongo.Config{URI: database.URI, Database: database.Database})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	h := &house{client: client, now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	h.Store = letterstore.New(client, "group-a", func() time.Time { return h.now })
	return h
}

func (h *house) count(t *testing.T, filter bson.D) int64 {
	t.Helper()
	n, err := h.client.Collection("kafka_listener_dead_letters").CountDocuments(t.Context(), filter)
	require.NoError(t, err)
	return n
}

var (
	record = kafka.Message{
		Topic: "member-activity-20261120", Partition: 3, Offset: 77, Key: []byte("k\xff"), Value: []byte{0xff, 0, 1},
		Headers: []kafka.Header{{Key: "ce_id", Value: []byte("x")}},
	}
	errNonsense = errors.New("not an event: \xff")
)

func done(context.Context, kafka.Message) error { return nil }

func failing(context.Context, kafka.Message) error { return errNonsense }

func TestARecordIsKeptOnceWithEverythingOfIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 2 {
		require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	}
	other := letterstore.New(h.client, "group-b", func() time.Time { return h.now })
	require.NoError(t, other.Keep(t.Context(), record, errNonsense))
	require.EqualValues(t, 2, h.count(t, bson.D{}))

	h.now = h.now.Add(2 * time.Second)
	var seen kafka.Message
	n, err := h.Drain(t.Context(), func(_ context.Context, message kafka.Message) error {
		seen = message
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, record.Value, seen.Value)
	require.Equal(t, record.Headers, seen.Headers)
	require.Equal(t, record.Key, seen.Key)
	require.Equal(t, []any{record.Topic, record.Partition, record.Offset}, []any{seen.Topic, seen.Partition, seen.Offset})
	require.EqualValues(t, 1, h.count(t, bson.D{}), "the other group's letter stays")
}

func TestALetterThatStillFailsWaitsLongerEachTimeAndIsParkedAfterTen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	tries := 1
	for range 1000 { // seconds; more than all waits together
		h.now = h.now.Add(time.Second)
		n, err := h.Drain(t.Context(), func(context.Context, kafka.Message) error {
			tries++
			return errNonsense
		})
		require.NoError(t, err)
		require.Zero(t, n)
	}
	require.Equal(t, 10, tries)
	require.EqualValues(t, 1, h.count(t, bson.D{{Key: "parked", Value: true}, {Key: "attempts", Value: 10}}))
	n, err := h.Drain(t.Context(), done)
	require.NoError(t, err)
	require.Zero(t, n, "a parked letter is left alone")
}

func TestALetterThatIsBeingTriedIsNotTriedByAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	h.now = h.now.Add(2 * time.Second)
	n, err := h.Drain(t.Context(), func(ctx context.Context, _ kafka.Message) error {
		n, err := h.Drain(ctx, done)
		require.Zero(t, n)
		return err
	})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestWithoutMongoDBALetterIsNotKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.NoError(t, h.client.Close())
	require.Error(t, h.Keep(t.Context(), record, errNonsense))
	_, err := h.Drain(t.Context(), failing)
	require.Error(t, err)
}
