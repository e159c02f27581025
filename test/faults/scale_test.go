package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv/child"
	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/evidence"
)

const (
	scaleEvery  = 5 * time.Second
	scaleMost   = 6
	scaleLeast  = 2
	stopWithin  = 40 * time.Second
	scaleCycles = 6
)

// A group grows from one member to six and shrinks to two, every five seconds, under
// load: nothing is lost, and the lag goes back to nothing.
func testConsumersComeAndGoUnderLoad(t *testing.T) {
	cycles := 1
	if long() {
		cycles = scaleCycles
	}
	s := play(t, standard(t), crowdSize)
	s.underLoad(func(ctx context.Context) {
		var extra []*child.Process
		for n := range cycles {
			for len(extra) < scaleMost-1 {
				extra = append(extra, s.startConsumer(len(extra)+2))
			}
			arena.Wait(ctx, scaleEvery)
			for len(extra) > scaleLeast-1 {
				s.endConsumer(extra[len(extra)-1])
				extra = extra[:len(extra)-1]
			}
			arena.Wait(ctx, scaleEvery)
			lag, err := s.evidence.Lag(ctx)
			require.NoError(t, err)
			s.note("cycle %d of %d: 1 → %d → %d members; lag %d", n+1, cycles, scaleMost, scaleLeast, lag)
		}
		for _, process := range extra {
			s.endConsumer(process)
		}
	})
	s.good()
}

// startConsumer starts one more timeline, which is a member of its group.
func (s *scene) startConsumer(number int) *child.Process {
	s.t.Helper()
	spec, err := s.arena.Spec("timeline", number, "serve")
	require.NoError(s.t, err)
	process, err := child.Start(spec)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = process.Kill() })
	return process
}

func (s *scene) endConsumer(process *child.Process) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	require.NoError(s.t, process.Stop(ctx))
	require.NoError(s.t, process.Err(), "it leaves as it should")
}

const poisonWithin = 30 * time.Second // the figure that counts is printed

// A record that nobody can apply is put away once by each group, with everything that
// is needed to repair it, and the partition goes on.
func testAPoisonRecordIsPutAwayOnceAndThePartitionGoesOn(t *testing.T) {
	s := play(t, standard(t), crowdSize)
	producer, err := kafka.NewProducer(kafka.ProducerConfig{Bootstrap: s.arena.Bootstrap(), ClientID: "faults-poison"})
	require.NoError(t, err)
	t.Cleanup(producer.Close)
	topic := kafka.DailyTopic(evidence.Prefix, time.Now().UTC())
	poison := kafka.Record{
		Topic: topic, PartitionKey: []byte("1"), Key: []byte("독-" + t.Name()), Value: []byte("\xff not protobuf 독"),
		Headers: []kafka.Header{{Key: "ce_id", Value: []byte("독")}},
	}
	s.underLoad(func(ctx context.Context) {
		require.NoError(t, producer.Produce(ctx, []kafka.Record{poison})[0])
		began := time.Now()
		require.Eventually(t, func() bool {
			lag, err := s.evidence.Lag(ctx)
			kept, _ := s.keptLetters(poison.Key)
			return err == nil && len(kept) == len(evidence.Groups())-1 && lag < manyActs
		}, poisonWithin, 20*time.Millisecond)
		s.note("put away by every group %.1f s after it was sent", time.Since(began).Seconds())
	})
	s.good() // every record behind it is applied
	kept, rows := s.keptLetters(poison.Key)
	require.Len(t, kept, len(evidence.Groups())-1, "once for each group that keeps letters in MongoDB")
	require.Equal(t, 1, rows, "content keeps its own in MySQL")
	groups := map[string]bool{}
	for _, letter := range kept {
		groups[letter.Group] = true
		require.Equal(t, poison.Value, letter.Payload)
		require.Equal(t, topic, letter.Topic)
		require.NotEmpty(t, letter.Error)
		require.Equal(t, "ce_id", letter.Headers[0].Key)
		require.Equal(t, []byte("독"), letter.Headers[0].Value)
	}
	require.Len(t, groups, len(kept))
}

type keptLetter struct {
	Group   string `bson:"consumer_group"`
	Topic   string `bson:"topic"`
	Payload []byte `bson:"payload"`
	Error   string `bson:"error"`
	Headers []struct {
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
