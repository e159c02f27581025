package listenerletter_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// house is a box of a group whose clock the test moves.
type house struct {
	*listenerletter.Box
	client *mongo.Client
	at     time.Time
}

func open(t *testing.T) *house {
	t.Helper()
	database := testenv.Mongo(t)
	client, err := mongo.Open(mongo.Config{URI: database.URI, Database: database.Database, Timeout: time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	require.Eventually(t, func() bool { return client.Ping(t.Context()) == nil }, time.Minute, 10*time.Millisecond)
	_, err = client.EnsureIndexes(t.Context(), listenerletter.Indexes())
	require.NoError(t, err)
	h := &house{client: client, at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	h.Box = h.of("group-a")
	return h
}

func (h *house) now() time.Time { return h.at }

func (h *house) of(group string) *listenerletter.Box {
	return listenerletter.NewBox(h.client, group, h.now)
}

func (h *house) count(t *testing.T, filter bson.D) int64 {
	t.Helper()
	n, err := h.client.Collection(listenerletter.Collection).CountDocuments(t.Context(), filter)
	require.NoError(t, err)
	return n
}

var (
	record = kafka.Message{
		Topic: "member-activity-20261120", Partition: 3, Offset: 77, Key: []byte("k\xff"), Value: []byte{0xff, 0, 1},
		Headers: []kafka.Header{{Key: "ce_id", Value: []byte("x")}, {Key: "content-type", Value: []byte{0xfe}}},
	}
	errNonsense = errors.New("not an event: \xff")
)

func at(offset int64) kafka.Message {
	m := record
	m.Offset = offset
	return m
}

func done(context.Context, kafka.Message) error    { return nil }
func refuse(context.Context, kafka.Message) error  { return listenerletter.Refused(errNonsense) }
func stumble(context.Context, kafka.Message) error { return errAway }

var errAway = errors.New("the store is away")

func TestARecordIsKeptOnceWithEverythingOfIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 2 {
		require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	}
	require.NoError(t, h.of("group-b").Keep(t.Context(), record, errNonsense))
	again := record
	again.Value = []byte("another record at the same place of a topic that was made again")
	require.NoError(t, h.Keep(t.Context(), again, errNonsense))
	require.EqualValues(t, 3, h.count(t, bson.D{}))

	kept := h.at
	h.at = h.at.Add(2 * time.Second)
	var seen []kafka.Message
	sum, err := h.Drain(t.Context(), func(_ context.Context, m kafka.Message) error {
		require.Equal(t, kept, m.Time)
		m.Time = time.Time{}
		seen = append(seen, m)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, listenerletter.Drained{Applied: 2}, sum)
	require.ElementsMatch(t, []kafka.Message{record, again}, seen)
	require.EqualValues(t, 1, h.count(t, bson.D{}), "the other group's letter stays")
}

// The operator's tool, the audit and older releases read these documents.
func TestADocumentHasTheFormThatOthersRead(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	var d bson.M
	require.NoError(t, h.client.Collection(listenerletter.Collection).FindOne(t.Context(), bson.D{}).Decode(&d))
	delete(d, "_id")
	digest, ok := d["digest"].(bson.Binary)
	require.True(t, ok)
	require.Len(t, digest.Data, 32)
	delete(d, "digest")
	moment := bson.NewDateTimeFromTime(h.at)
	require.Equal(t, bson.M{
		"consumer_group": "group-a", "topic": record.Topic, "partition": int32(3), "offset": int64(77),
		"message_key": bson.Binary{Data: record.Key}, "payload": bson.Binary{Data: record.Value},
		"headers": bson.A{
			bson.D{{Key: "key", Value: "ce_id"}, {Key: "value", Value: bson.Binary{Data: []byte("x")}}},
			bson.D{{Key: "key", Value: "content-type"}, {Key: "value", Value: bson.Binary{Data: []byte{0xfe}}}},
		},
		"error": "not an event: ?", "attempts": int32(1), "parked": false, "parked_at": nil,
		"next_attempt_at": bson.NewDateTimeFromTime(h.at.Add(time.Second)), "created_at": moment, "updated_at": moment,
	}, d)
}

func TestManyThatKeepOneRecordAtOnceKeepItOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	var replicas errgroup.Group
	for range 8 {
		replicas.Go(func() error { return h.Keep(t.Context(), record, errNonsense) })
	}
	require.NoError(t, replicas.Wait())
	require.EqualValues(t, 1, h.count(t, bson.D{}))
}

func TestALetterThatIsRefusedWaitsLongerEachTimeAndIsParkedAfterTen(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	waits := []time.Duration{}
	var sum listenerletter.Drained
	for began := h.at; sum.Parked == 0; {
		h.at = h.at.Add(time.Second)
		var err error
		sum, err = h.Drain(t.Context(), refuse)
		require.NoError(t, err)
		if sum != (listenerletter.Drained{}) {
			waits = append(waits, h.at.Sub(began)/time.Second)
			began = h.at
		}
	}
	require.Equal(t, []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256}, waits, "seconds; the first try was the consumer's")
	require.EqualValues(t, 1, h.count(t, bson.D{{Key: "parked", Value: true}, {Key: "attempts", Value: 10}}))
	h.at = h.at.Add(time.Hour)
	sum, err := h.Drain(t.Context(), done)
	require.NoError(t, err)
	require.Zero(t, sum, "a parked letter is left alone")
}

func TestNoLetterWaitsLongerThanFiveMinutes(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	long := bson.D{{Key: "$set", Value: bson.D{{Key: "attempts", Value: -10}}}} // as if parking were far away
	_, err := h.client.Collection(listenerletter.Collection).UpdateOne(t.Context(), bson.D{}, long)
	require.NoError(t, err)
	for range 19 {
		h.at = h.at.Add(5 * time.Minute)
		sum, err := h.Drain(t.Context(), refuse)
		require.NoError(t, err)
		require.Equal(t, listenerletter.Drained{Failed: 1}, sum)
	}
}

// A neighbour that is away for long must not park what it would apply.
func TestATryThatFailsForAnotherReasonIsNoTry(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	for range 20 {
		h.at = h.at.Add(2 * time.Minute)
		sum, err := h.Drain(t.Context(), stumble)
		require.ErrorIs(t, err, errAway)
		require.Zero(t, sum)
		sum, err = h.Drain(t.Context(), done)
		require.NoError(t, err)
		require.Zero(t, sum, "its lease keeps it from being tried in a circle")
	}
	require.EqualValues(t, 1, h.count(t, bson.D{{Key: "attempts", Value: 1}, {Key: "parked", Value: false}}))
	h.at = h.at.Add(2 * time.Minute)
	sum, err := h.Drain(t.Context(), done)
	require.NoError(t, err)
	require.Equal(t, listenerletter.Drained{Applied: 1}, sum)
}

func TestARefusalKeepsItsCause(t *testing.T) {
	t.Parallel()
	require.NoError(t, listenerletter.Refused(nil))
	refused := fmt.Errorf("try: %w", listenerletter.Refused(errNonsense))
	require.True(t, listenerletter.IsRefused(refused))
	require.ErrorIs(t, refused, errNonsense)
	require.EqualError(t, refused, "try: "+errNonsense.Error())
	require.False(t, listenerletter.IsRefused(errNonsense))
	require.False(t, listenerletter.IsRefused(nil))
}

func TestTheLongestOverdueIsFirst(t *testing.T) {
	t.Parallel()
	h := open(t)
	for offset := range int64(3) {
		h.at = h.at.Add(time.Second)
		require.NoError(t, h.Keep(t.Context(), at(offset), errNonsense))
	}
	h.at = h.at.Add(time.Minute)
	var order []int64
	_, err := h.Drain(t.Context(), func(_ context.Context, m kafka.Message) error {
		order = append(order, m.Offset)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []int64{0, 1, 2}, order)
}

func TestALetterThatIsBeingTriedIsNotTriedByAnother(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.NoError(t, h.Keep(t.Context(), record, errNonsense))
	h.at = h.at.Add(2 * time.Second)
	sum, err := h.Drain(t.Context(), func(ctx context.Context, _ kafka.Message) error {
		others, err := h.Drain(ctx, done)
		require.Zero(t, others)
		return err
	})
	require.NoError(t, err)
	require.Equal(t, listenerletter.Drained{Applied: 1}, sum)
}

func TestTheStateOfAllLettersIsCounted(t *testing.T) {
	t.Parallel()
	h := open(t)
	counts, err := h.Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, listenerletter.Counts{}, counts)
	first := h.at
	for offset := range int64(3) {
		require.NoError(t, h.Keep(t.Context(), at(offset), errNonsense))
		h.at = h.at.Add(time.Minute)
	}
	require.NoError(t, h.of("group-b").Keep(t.Context(), record, errNonsense))
	h.park(t, bson.D{{Key: "offset", Value: 2}}, h.at)
	counts, err = h.Count(t.Context())
	require.NoError(t, err)
	counts.Oldest = counts.Oldest.UTC()
	require.Equal(t, listenerletter.Counts{Waiting: 2, Parked: 1, Oldest: first}, counts)
	discarded := bson.D{{Key: "$set", Value: bson.D{{Key: "discarded_at", Value: h.at}}}}
	_, err = h.client.Collection(listenerletter.Collection).UpdateMany(t.Context(), bson.D{{Key: "parked", Value: true}}, discarded)
	require.NoError(t, err)
	counts, err = h.Count(t.Context())
	require.NoError(t, err)
	require.Zero(t, counts.Parked, "what a person discarded counts as none")
}

// park does what ten tries do.
func (h *house) park(t *testing.T, which bson.D, at time.Time) {
	t.Helper()
	parked := bson.D{{Key: "$set", Value: bson.D{{Key: "parked", Value: true}, {Key: "parked_at", Value: at}}}}
	_, err := h.client.Collection(listenerletter.Collection).UpdateMany(t.Context(), which, parked)
	require.NoError(t, err)
}

// spec 11: "parked letters after 90 days with an export"
func TestParkedLettersOfAllGroupsLeaveOnceTheyAreArchived(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i, group := range []string{"a", "b", "c"} {
		require.NoError(t, h.of(group).Keep(t.Context(), at(int64(i)), errNonsense))
		require.NoError(t, h.of(group).Keep(t.Context(), at(99), errNonsense))
		h.park(t, bson.D{{Key: "offset", Value: i}}, h.at.Add(time.Duration(i)*time.Hour))
	}
	var archived []string
	keep := func(_ context.Context, l listenerletter.Letter) error {
		archived = append(archived, fmt.Sprint(l.Group, " ", l.Message.Offset, " ", string(l.Message.Value), " ", l.Error))
		return nil
	}
	for _, step := range []struct{ limit, removed int }{{1, 1}, {10, 1}, {10, 0}} {
		removed, err := listenerletter.Expire(t.Context(), h.client, h.at.Add(90*time.Minute), step.limit, keep)
		require.NoError(t, err)
		require.Equal(t, step.removed, removed)
	}
	text := " " + string(record.Value) + " not an event: ?"
	require.Equal(t, []string{"a 0" + text, "b 1" + text}, archived, "the third was parked later, the others wait")
	full := errors.New("the archive is full")
	removed, err := listenerletter.Expire(t.Context(), h.client, h.at.Add(24*time.Hour), 10, func(context.Context, listenerletter.Letter) error { return full })
	require.ErrorIs(t, err, full)
	require.Zero(t, removed)
	require.EqualValues(t, 4, h.count(t, bson.D{}), "what is not archived is not removed")
}

func TestWithoutMongoDBNothingIsTakenForKept(t *testing.T) {
	t.Parallel()
	client, err := mongo.Open(mongo.Config{URI: "mongodb://127.0.0.1:1", Database: "dailyfeed", Timeout: 100 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	box := listenerletter.NewBox(client, "group-a", time.Now)
	_, drain := box.Drain(t.Context(), done)
	_, count := box.Count(t.Context())
	_, expire := listenerletter.Expire(t.Context(), client, time.Now(), 1, nil)
	for name, err := range map[string]error{"keep": box.Keep(t.Context(), record, errNonsense), "drain": drain, "count": count, "expire": expire} {
		require.True(t, mongo.IsUnavailable(err), "%s: %v", name, err)
	}
}

func TestALongErrorIsShortened(t *testing.T) {
	t.Parallel()
	h := open(t)
	long := errors.New(string(make([]rune, 5000)))
	require.NoError(t, h.Keep(t.Context(), record, long))
	var d struct {
		Error string `bson:"error"`
	}
	require.NoError(t, h.client.Collection(listenerletter.Collection).FindOne(t.Context(), bson.D{}).Decode(&d))
	require.Len(t, []rune(d.Error), 1000)
}
