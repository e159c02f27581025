package app

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/content/internal/readconsumer"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

func TestEveryChangeReachesKafkaInOrderOfItsPost(t *testing.T) {
	t.Parallel()
	f := start(t)
	listener := f.listen(t)
	post := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).post(t).ID
	comment := f.as(t, 8, "POST", "/api/comments", path(`{"content":"c","postId":`, post, `}`)).comment(t).ID
	f.as(t, 7, "PUT", path("/api/posts/", post), `{"content":"b"}`).requireOK(t, 200)
	f.as(t, 8, "POST", path("/api/posts/", post, "/like"), "").requireOK(t, 200)
	f.as(t, 8, "DELETE", path("/api/posts/", post, "/like"), "").requireOK(t, 200)
	f.as(t, 7, "POST", path("/api/comments/", comment, "/like"), "").requireOK(t, 201)
	f.as(t, 8, "DELETE", path("/api/comments/", comment), "").requireOK(t, 200)
	f.as(t, 7, "DELETE", path("/api/posts/", post), "").requireOK(t, 200)
	var types []string
	for _, e := range listener.await(t, 8) {
		types = append(types, activityrecord.TypeName(e.GetType()))
	}
	require.Equal(t, []string{"POST_CREATE", "COMMENT_CREATE", "POST_UPDATE", "LIKE_POST", "LIKE_POST_CANCEL", "LIKE_COMMENT", "COMMENT_DELETE", "POST_DELETE"}, types)
	for _, partition := range listener.parts {
		require.Equal(t, listener.parts[0], partition)
	}
	require.Eventually(t, func() bool {
		counts, err := f.service.deadLetters.Count(t.Context())
		return err == nil && counts.Waiting+counts.Leased+counts.Parked == 0
	}, 10*time.Second, 10*time.Millisecond, "what Kafka has leaves the table")
}

func TestARefusedWriteStatesNoFact(t *testing.T) {
	t.Parallel()
	f := start(t)
	listener := f.listen(t)
	post := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).post(t).ID
	f.as(t, 8, "DELETE", path("/api/posts/", post), "").requireCode(t, 403, "POST_DELETE_FORBIDDEN")
	f.as(t, 7, "DELETE", path("/api/posts/", post), "").requireOK(t, 200)
	require.Len(t, listener.await(t, 2), 2)
}

func TestARetriedWriteHappensOnceOnAnyReplica(t *testing.T) {
	t.Parallel()
	f := start(t)
	listener := f.listen(t)
	const body = `{"content":"한 번"}`
	first := f.as(t, 7, "POST", "/api/posts", body, "Idempotency-Key", "k-1").requireOK(t, 201)
	f.join(t)
	again := f.as(t, 7, "POST", "/api/posts", body, "Idempotency-Key", "k-1").requireOK(t, 201)
	require.Equal(t, first.raw, again.raw)
	require.Equal(t, []string{"true"}, again.header.Values("Idempotency-Replayed"))
	f.as(t, 7, "POST", "/api/posts", `{"content":"다른 글"}`, "Idempotency-Key", "k-1").requireCode(t, 422, "IDEMPOTENCY_KEY_REUSED")
	other := f.as(t, 8, "POST", "/api/posts", body, "Idempotency-Key", "k-1").requireOK(t, 201)
	require.NotEqual(t, first.post(t).ID, other.post(t).ID, "keys are a member's own")
	require.Len(t, listener.await(t, 2), 2)
}

func TestViewsThatTimelineTellsOfAreCounted(t *testing.T) {
	t.Parallel()
	f := start(t)
	post := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).post(t).ID
	read := &activityrecord.Event{
		EventId: uuid.Must(uuid.NewV7()).String(), Type: activityv1.ActivityType_ACTIVITY_TYPE_POST_READ,
		MemberId: 9, PostId: post, OccurredAt: activityrecord.Timestamp(now()),
	}
	record, err := activityrecord.Encode(read, activityrecord.Origin{Source: "/dailyfeed/timeline", TopicPrefix: f.cfg.TopicPrefix})
	require.NoError(t, err)
	good := kafka.Record{Topic: record.Topic, PartitionKey: activityrecord.PartitionKey(post), Key: []byte(record.Key), Value: record.Value}
	poison := good
	poison.Value = []byte{0xff, 0xff}
	for _, err := range f.service.producer.Produce(t.Context(), []kafka.Record{good, poison, good}) {
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool {
		return f.as(t, 7, "PUT", path("/api/posts/", post), `{"content":"b"}`).post(t).ViewCount == 1
	}, 10*time.Second, 50*time.Millisecond)
	var kept int
	require.Eventually(t, func() bool {
		err := f.service.pool.DB(t.Context()).Raw("SELECT COUNT(*) FROM content_listener_dead_letters").Scan(&kept).Error
		return err == nil && kept == 1
	}, 10*time.Second, 20*time.Millisecond, "what can never be applied is kept, and holds nothing up")
}

func TestTopicsOfTodayAndTheNextTwoDaysAreMade(t *testing.T) {
	t.Parallel()
	f := start(t)
	made, err := f.service.topics.ensure(t.Context(), time.Date(2030, 12, 30, 23, 50, 0, 0, time.UTC))
	require.NoError(t, err)
	prefix := f.cfg.TopicPrefix
	require.Equal(t, []string{prefix + "20301230", prefix + "20301231", prefix + "20310101"}, made)
	again, err := f.service.topics.ensure(t.Context(), time.Date(2030, 12, 30, 23, 50, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Empty(t, again)
}

func TestOldTopicsAreDeletedUnlessAGroupHasNotFinished(t *testing.T) {
	t.Parallel()
	f := start(t)
	topics := f.service.topics
	today := now()
	_, err := topics.ensure(t.Context(), today.AddDate(0, 0, -20))
	require.NoError(t, err)
	unread := kafka.DailyTopic(topics.prefix, today.AddDate(0, 0, -19))
	results := f.service.producer.Produce(t.Context(), []kafka.Record{{Topic: unread, Key: []byte("k"), Value: []byte("v")}})
	require.NoError(t, results[0])
	deleted, kept, err := topics.deleteOld(t.Context(), today.AddDate(0, 0, -6))
	require.NoError(t, err)
	own := func(group string) bool { return group == readconsumer.Group } // it runs here, and may have been quick
	kept = slices.DeleteFunc(kept, func(left unfinished) bool { return own(left.Group) })
	others := slices.DeleteFunc(slices.Clone(consumerGroups()), own)
	require.Len(t, kept, len(others))
	for i, left := range kept {
		require.Equal(t, unfinished{Group: others[i], Topic: unread, Partition: kept[0].Partition, Records: 1}, left)
	}
	require.Len(t, deleted, 2)
	there, err := topics.admin.ListTopics(t.Context(), topics.prefix)
	require.NoError(t, err)
	require.Contains(t, there, unread, "nobody's record is deleted unread")
	for _, gone := range deleted {
		require.NotContains(t, there, gone)
	}
}
