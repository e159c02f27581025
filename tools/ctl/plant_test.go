package ctl_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

// plant is real stores with the services' own tables, and no service: tests write
// what services would have left behind.
type plant struct {
	*terminal
	pool     *mysql.Pool
	mongo    *mongo.Client
	redis    *redis.Client
	producer *kafka.Producer
	admin    *kafka.Admin
	prefix   string
	flags    []string
	now      time.Time
}

// The trace of the request that made everything, as its headers carry it.
const (
	requestTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	traceparent  = "00-" + requestTrace + "-00f067aa0ba902b7-01"
)

func newPlant(t *testing.T) *plant {
	t.Helper()
	database, cache, documents, broker := testenv.MySQL(t), testenv.Redis(t), testenv.Mongo(t), testenv.Kafka(t)
	p := &plant{terminal: newTerminal(t, nil), prefix: broker.Prefix, now: time.Now().UTC().Truncate(time.Millisecond)}
	for _, service := range []string{"content", "member"} {
		files := os.DirFS("../../services/" + service + "/internal/mysqlstore/migrations")
		_, err := mysql.Migrate(t.Context(), database.DSN, files, service+"_schema_version")
		require.NoError(t, err)
	}
	var err error
	p.pool, err = mysql.Open(mysql.Config{DSN: database.DSN})
	require.NoError(t, err)
	t.Cleanup(p.pool.Close)
	p.mongo, err = mongo.Open(mongo.Config{URI: documents.URI, Database: documents.Database})
	require.NoError(t, err)
	p.redis = redis.NewClient(&redis.Options{Addr: cache.Addr, DB: cache.DB})
	p.producer, err = kafka.NewProducer(kafka.ProducerConfig{Bootstrap: broker.Bootstrap, ClientID: "test"})
	require.NoError(t, err)
	p.admin, err = kafka.NewAdmin(kafka.AdminConfig{Bootstrap: broker.Bootstrap, ClientID: "test"})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, p.mongo.Close())
		require.NoError(t, p.redis.Close())
		p.producer.Close()
		p.admin.Close()
	})
	p.flags = []string{
		"--mysql", database.DSN, "--redis", cache.Addr + "/" + strconv.Itoa(cache.DB), "--kafka", broker.Bootstrap,
		"--mongodb", documents.URI, "--mongodb-database", documents.Database, "--prefix", broker.Prefix,
	}
	return p
}

// on runs a command on the stores, but for those that args name otherwise.
func (p *plant) on(args ...string) int {
	all := slices.Clone(args)
	for i := 0; i < len(p.flags); i += 2 {
		if !slices.Contains(args, p.flags[i]) {
			all = append(all, p.flags[i], p.flags[i+1])
		}
	}
	return p.run(all...)
}

func (p *plant) okOn(t *testing.T, args ...string) string {
	t.Helper()
	require.Zero(t, p.on(args...), p.err.String())
	return p.out.String()
}

func (p *plant) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	require.NoError(t, p.pool.DB(t.Context()).Exec(statement, args...).Error)
}

func (p *plant) number(t *testing.T, query string, args ...any) (n int64) {
	t.Helper()
	require.NoError(t, p.pool.DB(t.Context()).Raw(query, args...).Scan(&n).Error)
	return n
}

func (p *plant) day() string { return p.now.Format("20060102") }

// event is one of a post of member 7.
func (p *plant) event(kind activityrecord.Type, post, version int64) *activityrecord.Event {
	at := activityrecord.Timestamp(p.now.Add(time.Duration(version) * time.Millisecond))
	return &activityrecord.Event{
		EventId: uuid.Must(uuid.NewV7()).String(), Type: kind, MemberId: 7, PostId: post, OccurredAt: at, Version: version,
		State: &activityv1.MemberActivityEvent_Post{Post: &activityv1.PostState{
			AuthorId: 7, Content: "자전거", CreatedAt: at, UpdatedAt: at, Deleted: kind == activityrecord.PostDelete,
		}},
	}
}

func (p *plant) letter(t *testing.T, e *activityrecord.Event) deadletter.Letter {
	t.Helper()
	record, err := activityrecord.Encode(e, activityrecord.Origin{Source: "/dailyfeed/content", TopicPrefix: p.prefix, Traceparent: traceparent})
	require.NoError(t, err)
	letter := deadletter.Letter{
		EventID: e.GetEventId(), MessageKey: record.Key, Topic: record.Topic, OrderKey: record.Thing, PartitionID: record.PartitionID,
		PartitionKey: activityrecord.PartitionKey(record.PartitionID), Payload: record.Value,
	}
	for _, h := range record.Headers {
		letter.Headers = append(letter.Headers, kafka.Header{Key: h.Key, Value: []byte(h.Value)})
	}
	return letter
}

// row writes the row of a post of member 7 and its counters.
func (p *plant) row(t *testing.T, post, version int64) {
	t.Helper()
	p.exec(t, "INSERT INTO posts (id, title, content, author_id, version, created_at, updated_at) VALUES (?, '', '자전거', 7, ?, ?, ?)", post, version, p.now, p.now)
	p.exec(t, "INSERT INTO post_stats (post_id, last_activity_at, post_created_at) VALUES (?, ?, ?)", post, p.now, p.now)
}

// inTable leaves an event in content's table, as a writer that died does.
func (p *plant) inTable(t *testing.T, events ...*activityrecord.Event) {
	t.Helper()
	store := deadletter.NewStore(p.pool, "content", "died", func() time.Time { return p.now.Add(-time.Hour) })
	publisher := deadletter.NewPublisher(store, nil, deadletter.Silent{}, deadletter.PublisherConfig{})
	for _, e := range events {
		require.NoError(t, p.pool.InTx(t.Context(), func(ctx context.Context) error { return publisher.Append(ctx, p.letter(t, e)) }))
	}
}

// onKafka sends events; the same one twice is a repetition.
func (p *plant) onKafka(t *testing.T, events ...*activityrecord.Event) {
	t.Helper()
	for _, e := range events {
		l := p.letter(t, e)
		record := kafka.Record{Topic: l.Topic, PartitionKey: l.PartitionKey, Key: []byte(l.MessageKey), Value: l.Payload, Headers: l.Headers}
		require.Eventually(t, func() bool { // a new topic's leaders are being chosen
			return p.producer.Produce(t.Context(), []kafka.Record{record})[0] == nil
		}, 60*time.Second, 10*time.Millisecond)
	}
}

// consume moves a service's group to the end of all topics; apply is given each event.
func (p *plant) consume(t *testing.T, service string, apply func(m kafka.Message)) {
	t.Helper()
	consumer, err := kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: p.flags[5], ClientID: "test", Group: pipeline.GroupOf(service), Prefix: p.prefix, CommitEvery: 50 * time.Millisecond,
		Handle: func(_ context.Context, m kafka.Message) error {
			if apply != nil {
				apply(m)
			}
			return nil
		},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = consumer.Run(ctx); close(done) }()
	topics, err := p.admin.ListTopics(t.Context(), p.prefix)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		lags, err := p.admin.Lag(t.Context(), pipeline.GroupOf(service), topics...)
		left := int64(0)
		for _, lag := range lags {
			left += lag.Records()
		}
		return err == nil && left == 0
	}, 60*time.Second, 50*time.Millisecond)
	cancel()
	<-done
}

// recorded writes the activity of an event, as activity does.
func (p *plant) recorded(t *testing.T, events ...*activityrecord.Event) {
	t.Helper()
	for _, e := range events {
		at := e.GetOccurredAt().AsTime()
		_, err := p.mongo.Collection("member_activities").InsertOne(t.Context(), bson.D{
			{Key: "message_key", Value: activityrecord.Key(e)},
			{Key: "event_id", Value: e.GetEventId()},
			{Key: "version", Value: e.GetVersion()},
			{Key: "created_at", Value: at},
			{Key: "updated_at", Value: at},
			{Key: "recorded_at", Value: at.Add(250 * time.Millisecond)},
		})
		require.NoError(t, err)
	}
}

// searchable writes the document of a post, as search does.
func (p *plant) searchable(t *testing.T, post, version int64) {
	t.Helper()
	_, err := p.mongo.Collection("search_posts").InsertOne(t.Context(), bson.D{{Key: "post_pk", Value: post}, {Key: "version", Value: version}, {Key: "gone_at", Value: nil}})
	require.NoError(t, err)
}

// unapplied leaves a record that a service could not apply.
func (p *plant) unapplied(t *testing.T, service, topic string, partition int, offset int64, value []byte) {
	t.Helper()
	at := p.now.Add(-time.Hour)
	box := listenerletter.NewBox(p.mongo, pipeline.GroupOf(service), func() time.Time { return at })
	message := kafka.Message{
		Topic: topic, Partition: partition, Offset: offset, Key: []byte("key"), Value: value,
		Headers: []kafka.Header{{Key: "ce_id", Value: []byte("한글")}},
	}
	cause := errors.New("cannot be read")
	require.NoError(t, box.Keep(t.Context(), message, cause))
	for ; at.Before(p.now); at = at.Add(6 * time.Minute) { // longer than any wait: it is parked in the end
		_, err := box.Drain(t.Context(), func(context.Context, kafka.Message) error { return listenerletter.Refused(cause) })
		require.NoError(t, err)
	}
}

// firstID is the id in the first row of a table.
func firstID(t *testing.T, table string) string {
	t.Helper()
	lines := strings.Split(table, "\n")
	require.Greater(t, len(lines), 1, table)
	return strings.Fields(lines[1])[0]
}

func lineWith(t *testing.T, text string, words ...any) string {
	t.Helper()
lines:
	for line := range strings.Lines(text) {
		for _, word := range words {
			if !strings.Contains(line, fmt.Sprint(word)) {
				continue lines
			}
		}
		return line
	}
	require.Failf(t, "no such line", "%v in\n%s", words, text)
	return ""
}
