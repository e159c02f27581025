package readevents_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/readevents"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 123_456_000, time.UTC)

// broker takes what it is given, unless it is down.
type broker struct {
	mu      sync.Mutex
	records []kafka.Record
	down    error
	hangs   bool
}

func (b *broker) Produce(ctx context.Context, records []kafka.Record) []error {
	results := make([]error, len(records))
	if b.hangs {
		<-ctx.Done()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range results {
		results[i] = errors.Join(b.down, ctx.Err())
	}
	if b.down == nil && ctx.Err() == nil {
		b.records = append(b.records, records...)
	}
	return results
}

func newEmitter(to *broker, queue int) (*readevents.Emitter, *prometheus.Registry) {
	registry := prometheus.NewRegistry()
	return readevents.New(readevents.Config{
		Producer: to, Metrics: readevents.NewMetrics(registry), Queue: queue,
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
	}), registry
}

func requireDrops(t *testing.T, registry *prometheus.Registry, full, notTaken, sent int) {
	t.Helper()
	wanted := `
# HELP read_events_dropped_total Reads that were dropped, by why: queue_full, not_taken (the broker did not answer in time), refused.
# TYPE read_events_dropped_total counter
read_events_dropped_total{why="not_taken"} ` + strconv.Itoa(notTaken) + `
read_events_dropped_total{why="queue_full"} ` + strconv.Itoa(full) + `
read_events_dropped_total{why="refused"} 0
# HELP read_events_sent_total Reads that Kafka has taken.
# TYPE read_events_sent_total counter
read_events_sent_total ` + strconv.Itoa(sent) + "\n"
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(wanted)))
}

func TestReadsBecomeEventsOfTheContract(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := new(broker)
		emitter, registry := newEmitter(to, 0)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = emitter.Run(ctx) })
		emitter.Emit(timeline.Read{Reader: 1, PostID: 7, At: now}, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		emitter.Emit(timeline.Read{Reader: 2, PostID: 7, CommentID: 31, At: now}, "")
		<-time.After(time.Second) // of the bubble: until both are sent
		cancel()
		running.Wait()
		require.Len(t, to.records, 2)
		post, err := activityrecord.Decode(to.records[0].Value)
		require.NoError(t, err)
		require.Equal(t, activityv1.ActivityType_ACTIVITY_TYPE_POST_READ, post.GetType())
		require.Equal(t, []int64{1, 7, 0, 0}, []int64{post.GetMemberId(), post.GetPostId(), post.GetCommentId(), post.GetVersion()})
		require.Equal(t, now, post.GetOccurredAt().AsTime())
		require.Equal(t, "member-activity-20261120", to.records[0].Topic)
		require.Equal(t, "member_activity:kafka_event:POST_READ###7###1###2026-11-20 09:00:00.123456000", string(to.records[0].Key))
		require.Equal(t, "7", string(to.records[0].PartitionKey))
		require.Contains(t, to.records[0].Headers, kafka.Header{Key: "ce_source", Value: []byte("/dailyfeed/timeline")})
		require.Contains(t, to.records[0].Headers, kafka.Header{Key: "traceparent", Value: []byte("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")})
		comment, err := activityrecord.Decode(to.records[1].Value)
		require.NoError(t, err)
		require.Equal(t, activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_READ, comment.GetType())
		require.EqualValues(t, 31, comment.GetCommentId())
		requireDrops(t, registry, 0, 0, 2)
	})
}

func TestAFullQueueDropsAndCounts(t *testing.T) {
	t.Parallel()
	emitter, registry := newEmitter(new(broker), 3)
	for range 10 { // nobody sends
		emitter.Emit(timeline.Read{Reader: 1, PostID: 7, At: now}, "")
	}
	requireDrops(t, registry, 7, 0, 0)
}

func TestADeadKafkaDropsAndCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := &broker{hangs: true}
		emitter, registry := newEmitter(to, 100)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = emitter.Run(ctx) })
		began := time.Now()
		for range 5 {
			emitter.Emit(timeline.Read{Reader: 1, PostID: 7, At: now}, "")
		}
		require.Zero(t, time.Since(began), "a read does not wait")
		<-time.After(time.Minute)
		requireDrops(t, registry, 0, 5, 0)
		cancel()
		running.Wait()
	})
}

func TestWhatIsQueuedIsSentWhileStopping(t *testing.T) {
	t.Parallel()
	to := new(broker)
	emitter, registry := newEmitter(to, 2000)
	for range 1200 {
		emitter.Emit(timeline.Read{Reader: 1, PostID: 7, At: now}, "")
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, emitter.Run(stopped))
	require.Len(t, to.records, 1200)
	requireDrops(t, registry, 0, 0, 1200)
}
