package mongostore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

var (
	record = kafka.Message{
		Topic: "member-activity-20261120", Partition: 3, Offset: 77, Key: []byte("k\xff"), Value: []byte{0xff, 0, 1},
		Headers: []kafka.Header{{Key: "ce_id", Value: []byte("x")}},
	}
	errNonsense = errors.New("not an event: \xff")
)

func (h *house) letters(t *testing.T, filter bson.D) int64 {
	t.Helper()
	n, err := h.collection(letters).CountDocuments(t.Context(), filter)
	require.NoError(t, err)
	return n
}

func TestARecordIsKeptOnceWithEverythingOfIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	mine, others := NewLetterBox(h.Store, "group-a"), NewLetterBox(h.Store, "group-b")
	for range 2 {
		require.NoError(t, mine.Keep(t.Context(), record, errNonsense))
	}
	require.NoError(t, others.Keep(t.Context(), record, errNonsense))
	again := record
	again.Value = []byte("another record at the same place of a new topic")
	require.NoError(t, mine.Keep(t.Context(), again, errNonsense))
	require.EqualValues(t, 3, h.letters(t, bson.D{}))
	h.at = h.at.Add(2 * time.Second)
	var seen []kafka.Message
	done, err := mine.Drain(t.Context(), func(_ context.Context, m kafka.Message) error {
		m.Time = time.Time{}
		seen = append(seen, m)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 2, done)
	require.ElementsMatch(t, []kafka.Message{record, again}, seen)
	require.EqualValues(t, 1, h.letters(t, bson.D{}), "the other group's letter stays")
}

func TestALetterThatStillFailsWaitsLongerEachTimeAndIsParkedAfterTen(t *testing.T) {
	t.Parallel()
	h := open(t)
	box := NewLetterBox(h.Store, "group-a")
	require.NoError(t, box.Keep(t.Context(), record, errNonsense))
	tries := 1
	for range 1000 { // seconds; more than all waits together
		h.at = h.at.Add(time.Second)
		done, err := box.Drain(t.Context(), func(context.Context, kafka.Message) error { tries++; return errNonsense })
		require.NoError(t, err)
		require.Zero(t, done)
	}
	require.Equal(t, maxAttempts, tries)
	require.EqualValues(t, 1, h.letters(t, bson.D{{Key: "parked", Value: true}, {Key: "attempts", Value: maxAttempts}}))
}

func TestALetterThatIsBeingTriedIsNotTriedByAnother(t *testing.T) {
	t.Parallel()
	h := open(t)
	box := NewLetterBox(h.Store, "group-a")
	require.NoError(t, box.Keep(t.Context(), record, errNonsense))
	h.at = h.at.Add(2 * time.Second)
	done, err := box.Drain(t.Context(), func(ctx context.Context, _ kafka.Message) error {
		n, err := box.Drain(ctx, func(context.Context, kafka.Message) error { return nil })
		require.Zero(t, n)
		return err
	})
	require.NoError(t, err)
	require.Equal(t, 1, done)
}
