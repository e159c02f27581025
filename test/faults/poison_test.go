package faults_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/test/faults/evidence"
)

const poisonWithin = 30 * time.Second // the figures that count are printed

// A record that nobody can apply is put away once by each group, with everything that
// is needed to repair it, and the record behind it in its partition is applied.
func testAPoisonRecordIsPutAwayOnceAndThePartitionGoesOn(t *testing.T) {
	s := play(t, standard(t), crowdSize)
	producer, err := kafka.NewProducer(kafka.ProducerConfig{Bootstrap: s.arena.Bootstrap(), ClientID: "faults-poison"})
	require.NoError(t, err)
	t.Cleanup(producer.Close)
	poisons := make([]kafka.Record, times(t))
	longest := time.Duration(0)
	s.underLoad(func(ctx context.Context) {
		for n := range poisons {
			poisons[n] = kafka.Record{
				Topic: kafka.DailyTopic(evidence.Prefix, time.Now()), PartitionKey: fmt.Append(nil, n),
				Key: fmt.Appendf(nil, "독-%s-%d-%d", t.Name(), time.Now().UnixNano(), n), Value: []byte("\xff not protobuf 독"),
				Headers: []kafka.Header{{Key: "ce_id", Value: []byte("독")}},
			}
			require.NoError(t, producer.Produce(ctx, poisons[n:n+1])[0])
			longest = max(longest, s.awaitPast(ctx, poisons[n]))
		}
	})
	s.note("each of %d records was put away, and the next one of its partition applied, by every group within %.2f s", len(poisons), longest.Seconds())
	s.goodAfter(len(poisons)) // every record behind them is applied
	for _, poison := range poisons {
		s.requireLetters(poison)
	}
}

// awaitPast waits until each group has put a record away, and applied the next one of
// its partition; it returns how long that took.
func (s *scene) awaitPast(ctx context.Context, poison kafka.Record) time.Duration {
	s.t.Helper()
	began := time.Now()
	require.Eventually(s.t, func() bool {
		kept, rows := s.keptLetters(poison.Key)
		if len(kept)+rows < len(evidence.Groups()) {
			return false
		}
		for _, group := range evidence.Groups() {
			lags, err := s.evidence.Admin().Lag(ctx, group, poison.Topic)
			if err != nil || kept[0].Partition >= len(lags) || lags[kept[0].Partition].Committed < kept[0].Offset+2 {
				return false
			}
		}
		return true
	}, poisonWithin, 20*time.Millisecond)
	return time.Since(began)
}

// requireLetters requires that a record was kept once by each group, as it was.
func (s *scene) requireLetters(poison kafka.Record) {
	s.t.Helper()
	kept, rows := s.keptLetters(poison.Key)
	require.Len(s.t, kept, len(evidence.Groups())-1, "once for each group that keeps letters in MongoDB")
	require.Equal(s.t, 1, rows, "content keeps its own in MySQL")
	groups := map[string]bool{}
	for _, letter := range kept {
		groups[letter.Group] = true
		require.Equal(s.t, poison.Value, letter.Payload)
		require.Equal(s.t, poison.Topic, letter.Topic)
		require.NotEmpty(s.t, letter.Error)
		require.Equal(s.t, "ce_id", letter.Headers[0].Key)
		require.Equal(s.t, []byte("독"), letter.Headers[0].Value)
	}
	require.Len(s.t, groups, len(kept))
}

type keptLetter struct {
	Group     string `bson:"consumer_group"`
	Topic     string `bson:"topic"`
	Partition int    `bson:"partition"`
	Offset    int64  `bson:"offset"`
	Payload   []byte `bson:"payload"`
	Error     string `bson:"error"`
	Headers   []struct {
		Key   string `bson:"key"`
		Value []byte `bson:"value"`
	} `bson:"headers"`
}

// keptLetters are the letters of a message key, and how many of it content keeps.
func (s *scene) keptLetters(key []byte) (letters []keptLetter, rows int) {
	ctx, cancel := context.WithTimeout(context.Background(), poisonWithin)
	defer cancel()
	cursor, err := s.evidence.Documents().Collection("kafka_listener_dead_letters").Find(ctx, bson.D{{Key: "message_key", Value: key}})
	require.NoError(s.t, err)
	require.NoError(s.t, cursor.All(ctx, &letters))
	err = s.evidence.DB().QueryRowContext(ctx, "SELECT COUNT(*) FROM dailyfeed.content_listener_dead_letters WHERE message_key = ?", key).Scan(&rows)
	require.NoError(s.t, err)
	return letters, rows
}
