package app

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/config"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// listen collects every event that reaches Kafka.
func (f *fleet) listen(t *testing.T) func() []*activityrecord.Event {
	t.Helper()
	var mu sync.Mutex
	var heard []*activityrecord.Event
	consumer, err := kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: bootstrap(f.cfg), Group: f.cfg.TopicPrefix + "listener", Prefix: f.cfg.TopicPrefix, TopicsEvery: 100 * time.Millisecond,
		Handle: func(_ context.Context, m kafka.Message) error {
			event, err := activityrecord.Decode(m.Value)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, event)
			return nil
		},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = consumer.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return func() []*activityrecord.Event {
		mu.Lock()
		defer mu.Unlock()
		return append([]*activityrecord.Event(nil), heard...)
	}
}

func TestT6T12ReadsAreToldUnlessTheyAreTheAuthorsOrFail(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.thread(t)
	heard := f.listen(t)
	for _, path := range []string{"/posts/7", "/comments/1"} {
		require.Equal(t, http.StatusOK, f.get(t, 2, path).http) // 2 wrote the post
		require.Equal(t, http.StatusOK, f.get(t, 3, path).http) // 3 the comment
	}
	f.get(t, 2, "/posts/404").requireCode(t, 404, "POST_NOT_FOUND")
	require.Equal(t, http.StatusOK, f.get(t, 3, "/posts/7").http) // a second read counts too
	f.posts(t, 3, "/posts/authors/2")                             // a list is no read
	eventually(t, "three reads are told", func() bool { return len(heard()) >= 3 })
	got := map[string]int{}
	for _, event := range heard() {
		require.Zero(t, event.GetVersion())
		got[activityrecord.TypeName(event.GetType())+" by "+map[int64]string{2: "2", 3: "3"}[event.GetMemberId()]]++
	}
	require.Equal(t, map[string]int{"POST_READ by 3": 2, "COMMENT_READ by 2": 1}, got)
	require.InDelta(t, 3, f.counter(t, "read_events_sent_total"), 0)
}

// A record that cannot be applied is put away, holds nothing up, and is tried
// again by the drain.
func TestARecordThatCannotBeAppliedIsKeptAsADeadLetter(t *testing.T) {
	t.Parallel()
	documents := testenv.Mongo(t)
	f := start(t, func(cfg *config.Config) {
		cfg.MongoDBURI, cfg.MongoDBDatabase = process.Secret(documents.URI), documents.Database
		cfg.TopicPartitions = 1
	})
	f.follow(t, 1, 2)
	require.Empty(t, f.home(t, 1))
	topic := kafka.DailyTopic(f.cfg.TopicPrefix, now())
	for _, err := range f.service.producer.Produce(t.Context(), []kafka.Record{{Topic: topic, Key: []byte("k"), Value: []byte{0xff, 0xff}}}) {
		require.NoError(t, err)
	}
	f.write(t, contenttest.Post{ID: 1, Author: 2, CreatedAt: minutes(1)})
	eventually(t, "the record behind it is applied", func() bool { return len(f.home(t, 1)) == 1 })
	letters := f.service.mongo.Collection("kafka_listener_dead_letters")
	var letter struct {
		Group    string `bson:"consumer_group"`
		Topic    string
		Attempts int
		Error    string
	}
	require.NoError(t, letters.FindOne(t.Context(), bson.D{}).Decode(&letter))
	require.Equal(t, []any{"member-activity-consumer-group-timeline-svc", topic, 1}, []any{letter.Group, letter.Topic, letter.Attempts})
	require.Contains(t, letter.Error, "decode activity")
	eventually(t, "the drain tries it again", func() bool {
		require.NoError(t, drainDeadLetters(t.Context(), f.cfg, nil))
		require.NoError(t, letters.FindOne(t.Context(), bson.D{}).Decode(&letter))
		return letter.Attempts == 2
	})
	require.NoError(t, f.service.tryLetters(t.Context()))
	require.InDelta(t, 1, f.counter(t, "listener_dead_letters"), 0, "an operator is told of it")
}

func TestTopicsOfTheNextDaysAreMade(t *testing.T) {
	t.Parallel()
	f := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = f.service.keepTopics(ctx) })
	defer running.Wait()
	defer cancel()
	eventually(t, "three topics are there", func() bool {
		topics, err := f.service.topics.ListTopics(t.Context(), f.cfg.TopicPrefix)
		return err == nil && len(topics) == 3
	})
}
