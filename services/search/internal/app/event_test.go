package app

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/services/search/internal/config"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// projection is all documents by kind and key, as digests: a hundred thousand of
// them are compared as well as three.
type projection map[string][sha256.Size]byte

func (f *fleet) projection(t testing.TB) projection {
	t.Helper()
	return projectionIn(t, f.service.mongo)
}

func projectionIn(t testing.TB, client *mongo.Client) projection {
	t.Helper()
	all := projection{}
	for collection, key := range map[string]string{"search_posts": "post_pk", "search_comments": "comment_pk"} {
		cursor, err := client.Collection(collection).Find(t.Context(), bson.D{}, options.Find().SetBatchSize(500)) // the stand-in sends everything at once unless told
		require.NoError(t, err)
		for cursor.Next(t.Context()) {
			var d bson.M
			require.NoError(t, cursor.Decode(&d))
			all[fmt.Sprint(collection, " ", d[key])] = digest(d)
		}
		require.NoError(t, cursor.Err())
	}
	return all
}

// awaitVersions waits until the projection has every thing in its version at least.
func (f *fleet) awaitVersions(t testing.TB, things []any) {
	t.Helper()
	for _, thing := range things {
		var collection string
		var what bson.D
		switch thing := thing.(type) {
		case search.Post:
			collection, what = "search_posts", bson.D{{Key: "post_pk", Value: int64(thing.ID)}, {Key: "version", Value: bson.D{{Key: "$gte", Value: thing.Version}}}}
		case search.Comment:
			collection, what = "search_comments", bson.D{{Key: "comment_pk", Value: int64(thing.ID)}, {Key: "version", Value: bson.D{{Key: "$gte", Value: thing.Version}}}}
		}
		require.Eventually(t, func() bool {
			n, err := f.service.mongo.Collection(collection).CountDocuments(t.Context(), what)
			return err == nil && n == 1
		}, 20*time.Second, 20*time.Millisecond, "%+v", thing)
	}
}

// digest is of a document without what differs between two that are equal: ids
// of the store, when a tombstone was made, and the order of a map.
func digest(d bson.M) [sha256.Size]byte {
	delete(d, "_id")
	d["gone_at"] = d["gone_at"] != nil
	if frequencies, ok := d["frequencies"].(bson.D); ok {
		slices.SortFunc(frequencies, func(a, b bson.E) int { return strings.Compare(a.Key, b.Key) })
	}
	return sha256.Sum256(fmt.Append(nil, map[string]any(d))) // maps are printed by key
}

func (p projection) posts() (n int) {
	for key := range p {
		if strings.HasPrefix(key, "search_posts") {
			n++
		}
	}
	return n
}

// history is everything that happened to some posts and comments.
func history() (events, final []any) {
	edited, gone, back := post(1, "", "고친 자전거"), post(2, "", ""), comment(13, 3, "")
	edited.Version, gone.Version, gone.Deleted, back.Version, back.Deleted = 2, 2, true, 3, true
	middle := comment(13, 3, "중간")
	middle.Version = 2
	final = []any{edited, gone, post(3, "제목", "커피"), comment(11, 1, "댓글"), comment(12, 2, "지워진 글의 댓글"), back}
	return append([]any{post(1, "", "자전거"), post(2, "", "지울 글"), comment(13, 3, "처음"), middle}, final...), final
}

func TestARecordThatCanNeverBeAppliedIsKeptBeforeTheOffsetMoves(t *testing.T) {
	t.Parallel()
	f := start(t)
	topic := kafka.DailyTopic(f.cfg.TopicPrefix, now())
	results := f.producer.Produce(t.Context(), []kafka.Record{{
		Topic: topic, PartitionKey: []byte("1"), Key: []byte("k"), Value: []byte{0xff, 0xff}, Headers: []kafka.Header{{Key: "ce_id", Value: []byte("x")}},
	}})
	require.NoError(t, results[0])
	f.write(t, post(1, "", "다음"))
	f.await(t, "posts", "다음", 1)
	var letter bson.M
	require.Eventually(t, func() bool {
		return f.service.mongo.Collection("kafka_listener_dead_letters").FindOne(t.Context(), bson.D{}).Decode(&letter) == nil
	}, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, f.cfg.ConsumerGroup, letter["consumer_group"])
	require.Equal(t, topic, letter["topic"])
	require.Equal(t, bson.Binary{Data: []byte{0xff, 0xff}}, letter["payload"])
	require.NotEmpty(t, letter["error"])
	require.NoError(t, drainDeadLetters(t.Context(), f.cfg, nil))
	require.NoError(t, f.service.tryLetters(t.Context()))
	require.InDelta(t, 1, f.gauge(t, "listener_dead_letters"), 0, "an operator is told of it")
}

func TestWithoutMongoDBEventsWaitAndNothingIsLost(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	f := start(t, func(cfg *config.Config) {
		cfg.MongoDBURI, cfg.MongoDBDatabase = process.Secret(database.URI), database.Database
	})
	f.write(t, post(1, "", "처음"))
	f.await(t, "posts", "처음", 1)
	require.NoError(t, server.Kill())
	f.write(t, post(2, "", "그동안"))
	f.as(t, 7, "GET", "/api/search/posts?keyword=a", "").requireCode(t, 503, "SERVICE_UNAVAILABLE")
	require.Equal(t, 503, f.as(t, 7, "GET", "/healthcheck/ready", "").http)
	require.Equal(t, 200, f.as(t, 7, "GET", "/healthcheck/live", "").http)
	require.NoError(t, server.Start(t.Context()))
	require.Eventually(t, func() bool { return f.as(t, 7, "GET", "/healthcheck/ready", "").http == 200 }, 20*time.Second, 50*time.Millisecond)
	f.await(t, "posts", "그동안", 2)
}

func TestTwoReplicasShareTheWork(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.join(t)
	var all []any
	var ids []int64
	for id := range int64(20) {
		all, ids = append(all, post(id+1, "", "함께")), append(ids, id+1)
	}
	f.write(t, all...)
	f.await(t, "posts", "함께", ids...)
}

func TestRebuildEndsEqualToAFreshProjectionWhileItServes(t *testing.T) {
	t.Parallel()
	events, final := history()
	fresh := start(t)
	fresh.know(final...)
	for _, event := range events {
		fresh.tell(t, event)
	}
	fresh.awaitVersions(t, final)
	want := fresh.projection(t)

	f := start(t)
	f.know(final...)
	lost := post(3, "제목", "커피")
	f.tell(t, lost, comment(12, 2, "지워진 글의 댓글")) // a part is known by events
	f.await(t, "posts", "커피", 3)
	for range 2 {
		require.NoError(t, rebuild(t.Context(), f.cfg, nil))
		require.Equal(t, want, f.projection(t))
	}
	require.Equal(t, []int64{1}, f.search(t, "posts", "자전거").ids())
}

func TestARebuildThatWasStoppedGoesOn(t *testing.T) {
	t.Parallel()
	f := start(t)
	_, final := history()
	f.know(final...)
	require.NoError(t, f.service.store.SaveProgress(t.Context(), search.Posts, 2))
	require.NoError(t, rebuild(t.Context(), f.cfg, nil))
	require.Equal(t, 1, f.projection(t).posts(), "those before are taken as done")
	require.NoError(t, rebuild(t.Context(), f.cfg, nil), "the next begins at the beginning")
	require.Equal(t, 3, f.projection(t).posts())
	require.NoError(t, f.service.store.SaveProgress(t.Context(), search.Posts, 2))
	require.NoError(t, rebuild(t.Context(), f.cfg, []string{"--restart"}))
	require.Error(t, rebuild(t.Context(), f.cfg, []string{"--all"}))
	f.contentDown.Store(true)
	require.Error(t, rebuild(t.Context(), f.cfg, nil))
}

func TestTombstonesAreForgottenAfterEightDays(t *testing.T) {
	t.Parallel()
	f := start(t)
	gone := post(1, "", "")
	gone.Version, gone.Deleted = 2, true
	f.write(t, post(2, "", "글"), comment(11, 1, "댓글"))
	f.tell(t, gone)
	f.await(t, "posts", "글", 2)
	require.Eventually(t, func() bool {
		n, err := f.service.mongo.Collection("search_comments").CountDocuments(t.Context(), bson.D{{Key: "gone_at", Value: bson.D{{Key: "$ne", Value: nil}}}})
		return err == nil && n == 1
	}, 10*time.Second, 10*time.Millisecond)
	removed, err := f.service.store.ForgetDeletions(t.Context(), now().Add(-tombstonesKept), 100)
	require.NoError(t, err)
	require.Zero(t, removed)
	removed, err = f.service.store.ForgetDeletions(t.Context(), now().Add(time.Second), 100)
	require.NoError(t, err)
	require.Equal(t, 2, removed)
	require.Equal(t, []int64{2}, f.search(t, "posts", "글").ids())
}

// gauge is the sum of a gauge over its labels.
func (f *fleet) gauge(t *testing.T, name string) (sum float64) {
	t.Helper()
	families, err := f.service.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == name {
			for _, metric := range family.GetMetric() {
				sum += metric.GetGauge().GetValue()
			}
		}
	}
	return sum
}
