package mysqlstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/content/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/services/content/internal/readconsumer"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// desk is a letter box with a clock that the test sets.
type desk struct {
	house
	at    time.Time
	box   mysqlstore.LetterBox
	drain *readconsumer.Drain
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{house: newHouse(t), at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	now := func() time.Time { return d.at }
	d.box = mysqlstore.LetterBox{Store: d.store, Now: now}
	d.drain = &readconsumer.Drain{Reads: d.store, Letters: d.box, Now: now}
	return d
}

// consume gives records to the consumer, as one batch of one partition.
func (d *desk) consume(t *testing.T, messages ...kafka.Message) {
	t.Helper()
	consumer := &readconsumer.Consumer{Reads: d.store, Letters: d.box, Now: func() time.Time { return d.at }}
	done, err := consumer.HandleBatch(t.Context(), messages)
	require.NoError(t, err)
	require.Equal(t, len(messages), done)
}

func poison(offset int64) kafka.Message {
	return kafka.Message{
		Topic: "member-activity-20261120", Partition: 3, Offset: offset, Key: []byte("열쇠"), Value: []byte{0xff, byte(offset)},
		Headers: []kafka.Header{{Key: "ce_id", Value: []byte("한글")}},
	}
}

// A record of somebody else's can be as large as Kafka takes it, in any of its parts.
func TestARecordOfLargePartsIsKeptWhole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	large := poison(1)
	large.Key = bytes.Repeat([]byte("열쇠"), 30_000)
	large.Headers[0].Value = bytes.Repeat([]byte("한글"), 100_000)
	d.consume(t, large)
	d.at = d.at.Add(time.Second)
	letter, err := d.box.Claim(t.Context(), d.at, d.at.Add(time.Minute))
	require.NoError(t, err)
	large.Time = letter.Message.Time
	require.Equal(t, large, letter.Message)
}

func view(t *testing.T, post, offset int64) kafka.Message {
	t.Helper()
	record, err := activityrecord.Encode(&activityrecord.Event{
		EventId: uuid.Must(uuid.NewV7()).String(), Type: activityrecord.PostRead, MemberId: 9, PostId: post,
		OccurredAt: activityrecord.Timestamp(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)),
	}, activityrecord.Origin{Source: "/test", TopicPrefix: "member-activity-"})
	require.NoError(t, err)
	return kafka.Message{Topic: record.Topic, Partition: 3, Offset: offset, Value: record.Value}
}

// spec 10: "goes to kafka_listener_dead_letters (content's to MySQL) with key, headers,
// raw value, topic, partition, offset, error, attempts"
func TestARecordThatCannotBeAppliedIsKeptWholeAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	post := d.post(t, 1)
	for range 2 { // a record that comes again changes nothing
		d.consume(t, poison(1), view(t, int64(post.ID), 2))
	}
	require.EqualValues(t, 2, d.counters(t, post.ID).Views)
	d.at = d.at.Add(time.Second)
	letter, err := d.box.Claim(t.Context(), d.at, d.at.Add(time.Minute))
	require.NoError(t, err)
	want := poison(1)
	want.Time = letter.Message.Time
	require.Equal(t, want, letter.Message)
	require.NotEmpty(t, letter.Error)
	require.Equal(t, 1, letter.Attempts)
	_, err = d.box.Claim(t.Context(), d.at, d.at.Add(time.Minute))
	require.ErrorIs(t, err, readconsumer.ErrNoneDue, "it is one letter, and nobody else's for a minute")
}

// A topic that was deleted and made again counts its offsets from 0.
func TestAnotherRecordAtTheSameOffsetIsAnotherLetter(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := poison(1)
	other.Value = []byte("again")
	d.consume(t, poison(1), other)
	counts, err := d.box.Count(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, counts.Waiting)
}

// spec 10: "drain-dead-letters of the service retries them (backoff, parked after 10)"
func TestALetterIsTriedAgainWithBackoffAndParkedAfterTen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.consume(t, poison(1))
	wait := time.Second
	for attempt := 2; attempt <= 10; attempt++ {
		sum, err := d.drain.DrainDue(t.Context())
		require.NoError(t, err)
		require.Zero(t, sum, "not before its time")
		d.at = d.at.Add(wait)
		sum, err = d.drain.DrainDue(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, sum.Failed+sum.Parked, attempt)
		require.Equal(t, attempt == 10, sum.Parked == 1, attempt)
		wait = min(2*wait, 5*time.Minute)
	}
	counts, err := d.box.Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, mysqlstore.LetterCounts{Parked: 1}, counts)
	d.at = d.at.Add(time.Hour)
	sum, err := d.drain.DrainDue(t.Context())
	require.NoError(t, err)
	require.Zero(t, sum, "a person's now")
}

// A newer release may be able to read what an older one could not.
func TestALetterThatCanBeAppliedNowIsAppliedOnceAndLeaves(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	post := d.post(t, 1)
	for i := range int64(3) {
		letter := readconsumer.Letter{Message: view(t, int64(post.ID), i), Error: "unknown type", Attempts: 1}
		require.NoError(t, d.box.Keep(t.Context(), letter, d.at))
	}
	sums := make([]readconsumer.Drained, 4)
	errs := together(len(sums), func(i int) (err error) { sums[i], err = d.drain.DrainDue(t.Context()); return err })
	require.NoError(t, errors.Join(errs...))
	applied := 0
	for _, sum := range sums {
		applied += sum.Applied
	}
	require.Equal(t, 3, applied)
	require.EqualValues(t, 3, d.counters(t, post.ID).Views)
	require.EqualValues(t, 0, d.count(t, "SELECT COUNT(*) FROM content_listener_dead_letters"))
}

// spec 11: "parked letters after 90 days with an export"
func TestParkedRecordsLeaveAfterTheirTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.consume(t, poison(1), poison(2))
	d.at = d.at.Add(time.Second)
	letter, err := d.box.Claim(t.Context(), d.at, d.at.Add(time.Minute))
	require.NoError(t, err)
	require.NoError(t, d.box.Return(t.Context(), letter, d.at, true))
	removed, err := d.box.Expire(t.Context(), d.at, 10)
	require.NoError(t, err)
	require.Zero(t, removed)
	removed, err = d.box.Expire(t.Context(), d.at.Add(time.Second), 10)
	require.NoError(t, err)
	require.Equal(t, 1, removed)
	counts, err := d.box.Count(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, counts.Waiting, "what waits stays")
}

func TestAnErrorOfAnyLengthAndBytesIsKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text := fmt.Sprintf("\xff%s", bytes.Repeat([]byte("오류"), 2000))
	require.NoError(t, d.box.Keep(t.Context(), readconsumer.Letter{Message: kafka.Message{Topic: "t"}, Error: text, Attempts: 1}, d.at))
	letter, err := d.box.Claim(t.Context(), d.at, d.at.Add(time.Minute))
	require.NoError(t, err)
	require.Len(t, []rune(letter.Error), 1000)
}
