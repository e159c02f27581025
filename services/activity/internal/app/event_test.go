package app

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/config"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/eventconsumer"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// eventually waits until a member's own list is want.
func (f *fleet) eventually(t *testing.T, member int64, want ...string) {
	t.Helper()
	require.Eventually(t, func() bool { return slices.Equal(want, f.mine(t, member)) }, patience, 20*time.Millisecond, "%v", want)
}

func (f *fleet) letterCounts(t *testing.T) listenerletter.Counts {
	t.Helper()
	counts, err := f.service.letters.Count(t.Context())
	require.NoError(t, err)
	return counts
}

func TestEveryEventIsInTheListWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.consume(t)
	f.produce(t, memberEvent(activityrecord.MemberSignup, 5, 1, now())) // the topic is there and read
	f.eventually(t, 5, "MEMBER_SIGNUP")
	begin := time.Now()
	f.produce(t, postEvent(activityrecord.PostCreate, 7, 70, 1, now()))
	f.eventually(t, 7, "POST_CREATE 70")
	require.Less(t, time.Since(begin), 5*time.Second)
	f.member.follow(1, 7)
	require.Equal(t, []string{"POST_CREATE 70"}, f.banner(t, 1))
}

func TestEveryTypeIsRecordedWhateverItsDate(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.consume(t)
	events := everyEvent()
	yesterday, tomorrow := now().AddDate(0, 0, -3), now().AddDate(0, 0, 1)
	f.produce(t, slices.Concat(events, []*activityrecord.Event{
		postEvent(activityrecord.PostCreate, 8, 80, 1, yesterday), postEvent(activityrecord.PostCreate, 8, 81, 1, tomorrow),
	})...)
	require.Eventually(t, func() bool { return len(f.mine(t, 7)) == len(events) }, patience, 20*time.Millisecond)
	f.eventually(t, 8, "POST_CREATE 81", "POST_CREATE 80")
	require.Equal(t, listenerletter.Counts{}, f.letterCounts(t))
}

func TestDuplicatesAndAnyOrderMakeOneActivityEach(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.consume(t)
	f.member.follow(1, 7)
	like, cancel, again := likeEvent(activityrecord.LikePost, 7, 90, 0, 1, at(0)), likeEvent(activityrecord.LikePostCancel, 7, 90, 0, 2, at(1)), likeEvent(activityrecord.LikePost, 7, 90, 0, 3, at(2))
	create, remove := postEvent(activityrecord.PostCreate, 7, 70, 1, at(3)), postEvent(activityrecord.PostDelete, 7, 70, 2, at(4))
	f.produce(t, like, remove, create, cancel, again, like, create, remove, cancel, like)
	f.produce(t, create, like)
	f.produce(t, postEvent(activityrecord.PostCreate, 7, 99, 1, at(5)), postEvent(activityrecord.PostCreate, 7, 98, 1, at(6)))
	f.eventually(t, 7, "POST_CREATE 98", "POST_CREATE 99", "POST_DELETE 70", "POST_CREATE 70", "LIKE_POST_CANCEL 90", "LIKE_POST 90")
	require.Equal(t, []string{"POST_CREATE 98", "POST_CREATE 99", "LIKE_POST 90"}, f.banner(t, 1))
	listed := f.as(t, 7, "GET", prefix+"?types=LIKE_POST", "").requireOK(t, 200).page(t).Content
	require.Len(t, listed, 1)
	require.Less(t, listed[0].CreatedAt, listed[0].UpdatedAt, "the first created_at stays, a newer event is taken over")
}

func TestARestartedConsumerGoesOnAndAppliesNothingTwice(t *testing.T) {
	t.Parallel()
	f := start(t)
	stop := f.consume(t)
	first := postEvent(activityrecord.PostCreate, 7, 70, 1, at(0))
	f.produce(t, first)
	f.eventually(t, 7, "POST_CREATE 70")
	stop()
	f.produce(t, postEvent(activityrecord.PostUpdate, 7, 70, 2, at(1)))
	require.Equal(t, []string{"POST_CREATE 70"}, f.mine(t, 7), "nobody consumes")
	f.join(t)
	f.consume(t)
	f.eventually(t, 7, "POST_UPDATE 70", "POST_CREATE 70")
}

// Crash points of spec 10: the same batch again, after the apply and before the
// mark or the commit, changes nothing.
func TestABatchThatComesAgainChangesNothing(t *testing.T) {
	t.Parallel()
	f := start(t)
	var batch []kafka.Message
	for offset, e := range everyEvent() {
		r := f.record(t, e)
		batch = append(batch, kafka.Message{Topic: r.Topic, Offset: int64(offset), Key: r.Key, Value: r.Value})
	}
	batch = append(batch, kafka.Message{Topic: batch[0].Topic, Offset: 99, Value: []byte("no event")})
	var before []string
	for round := range 3 {
		done, err := f.service.events.HandleBatch(t.Context(), batch)
		require.NoError(t, err)
		require.Equal(t, len(batch), done)
		raw := f.as(t, 7, "GET", prefix+"?size=100", "").requireOK(t, 200).raw
		if round == 0 {
			before = []string{raw}
		}
		require.Equal(t, before[0], raw)
		require.EqualValues(t, 1, f.letterCounts(t).Waiting)
		require.NoError(t, f.service.redis.Conn().FlushDB(t.Context()).Err()) // the marks are lost
	}
}

func TestAppliedEventsAreMarkedForAnHour(t *testing.T) {
	t.Parallel()
	f := start(t)
	e := postEvent(activityrecord.PostCreate, 7, 70, 1, at(0))
	r := f.record(t, e)
	message := kafka.Message{Topic: r.Topic, Key: r.Key, Value: r.Value}
	_, err := f.service.events.HandleBatch(t.Context(), []kafka.Message{message})
	require.NoError(t, err)
	left, err := f.service.redis.Conn().TTL(t.Context(), "member_activity:kafka_key:"+e.GetEventId()).Result()
	require.NoError(t, err)
	require.InDelta(t, time.Hour, left, float64(time.Minute))
}

func TestAPoisonRecordIsKeptOnceAndTheNextGoesOn(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.consume(t)
	good := f.record(t, postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)))
	poison, broken := good, good
	poison.Value = []byte{0xff, 0xff}
	lawless := postEvent(activityrecord.PostCreate, 7, 71, 1, at(1))
	broken.Value = f.record(t, lawless).Value[:20]
	next := f.record(t, postEvent(activityrecord.PostUpdate, 7, 70, 2, at(2)))
	begin := time.Now()
	f.send(t, poison, good, broken, next)
	f.eventually(t, 7, "POST_UPDATE 70", "POST_CREATE 70")
	require.Less(t, time.Since(begin), 15*time.Second)
	require.EqualValues(t, 2, f.letterCounts(t).Waiting)
	var letter struct {
		Topic    string `bson:"topic"`
		Key      []byte `bson:"message_key"`
		Value    []byte `bson:"payload"`
		Error    string `bson:"error"`
		Attempts int    `bson:"attempts"`
		Headers  []struct {
			Value []byte `bson:"value"`
		} `bson:"headers"`
	}
	first := options.FindOne().SetSort(bson.D{{Key: "offset", Value: 1}})
	require.NoError(t, f.service.mongo.Collection(listenerletter.Collection).FindOne(t.Context(), bson.D{}, first).Decode(&letter))
	require.Equal(t, poison.Topic, letter.Topic)
	require.Equal(t, poison.Value, letter.Value)
	require.Equal(t, poison.Key, letter.Key)
	require.Len(t, letter.Headers, len(poison.Headers))
	require.Equal(t, string(poison.Headers[0].Value), string(letter.Headers[0].Value))
	require.Contains(t, letter.Error, "not a member activity event")
	require.Equal(t, 1, letter.Attempts)
}

func TestLettersAreTriedAgainAndParkedAfterTen(t *testing.T) {
	t.Parallel()
	f := start(t)
	clock := now()
	letters := listenerletter.NewBox(f.service.mongo, eventconsumer.Group, func() time.Time { return clock })
	repaired := f.record(t, postEvent(activityrecord.PostCreate, 7, 70, 1, at(0)))
	for offset, value := range [][]byte{repaired.Value, []byte("never an event")} {
		require.NoError(t, letters.Keep(t.Context(), kafka.Message{Topic: "t", Offset: int64(offset), Value: value}, errors.New("x")))
	}
	var sum listenerletter.Drained
	for sum.Parked == 0 {
		clock = clock.Add(5 * time.Minute)
		drained, err := letters.Drain(t.Context(), f.service.events.Retry)
		require.NoError(t, err)
		sum.Applied, sum.Failed, sum.Parked = sum.Applied+drained.Applied, sum.Failed+drained.Failed, drained.Parked
	}
	require.Equal(t, listenerletter.Drained{Applied: 1, Failed: 8, Parked: 1}, sum, "the first try was the consumer's")
	require.Equal(t, []string{"POST_CREATE 70"}, f.mine(t, 7))
	require.Equal(t, listenerletter.Counts{Parked: 1}, f.letterCounts(t))
	require.NoError(t, drainDeadLetters(t.Context(), f.cfg, nil), "only parked ones are left")
}

func TestAStoreThatIsKilledAndComesBackLosesNothing(t *testing.T) {
	t.Parallel()
	server, database := testenv.OwnMongo(t)
	f := start(t, func(c *config.Config) { c.MongoDBURI, c.MongoDBDatabase = secret(database.URI), database.Database })
	f.consume(t)
	f.produce(t, postEvent(activityrecord.PostCreate, 7, 1, 1, at(1)))
	f.eventually(t, 7, "POST_CREATE 1")
	require.NoError(t, server.Kill())
	var events []*activityrecord.Event
	for post := range int64(50) {
		events = append(events, postEvent(activityrecord.PostCreate, 7, post+2, 1, at(int(post)+2)))
	}
	f.produce(t, events...)
	f.as(t, 7, "GET", prefix, "").requireCode(t, 503, "SERVICE_UNAVAILABLE")
	f.as(t, 7, "POST", prefix+"/posts", `{"postId":1,"activityType":"POST_READ"}`).requireCode(t, 503, "SERVICE_UNAVAILABLE")
	require.Equal(t, 503, f.as(t, 0, "GET", "/healthcheck/ready", "").http)
	require.Equal(t, "mongodb", f.as(t, 0, "GET", "/healthcheck/ready", "").raw)
	require.Equal(t, 200, f.as(t, 0, "GET", "/healthcheck/live", "").http)
	require.NoError(t, server.Start(t.Context()))
	require.Eventually(t, func() bool {
		got := f.as(t, 7, "GET", prefix+"?size=100", "")
		return got.http == 200 && len(got.page(t).Content) == 51
	}, patience, 50*time.Millisecond, "all events, none twice")
	require.Equal(t, 200, f.as(t, 0, "GET", "/healthcheck/ready", "").http)
	require.Equal(t, listenerletter.Counts{}, f.letterCounts(t), "an outage parks nothing")
}

func TestWithRedisDownEventsAreAppliedAllTheSame(t *testing.T) {
	t.Parallel()
	server, cache := testenv.OwnRedis(t)
	f := start(t, func(c *config.Config) { c.RedisAddr, c.RedisDB = cache.Addr, cache.DB })
	f.consume(t)
	require.NoError(t, server.Kill())
	e := postEvent(activityrecord.PostCreate, 7, 70, 1, at(0))
	f.produce(t, e, e)
	f.produce(t, e, postEvent(activityrecord.PostCreate, 7, 71, 1, at(1)))
	f.eventually(t, 7, "POST_CREATE 71", "POST_CREATE 70")
	f.member.follow(1, 7)
	require.Len(t, f.banner(t, 1), 2, "member is asked each time")
}

func TestReplicasShareTheEventsAndRecordEachOnce(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.consume(t)
	var events []*activityrecord.Event
	for post := range int64(60) {
		events = append(events, postEvent(activityrecord.PostCreate, 7, post+1, 1, at(int(post))))
	}
	f.produce(t, events[:20]...)
	f.join(t)
	leave := f.consume(t)
	f.produce(t, events[10:40]...)
	require.Eventually(t, func() bool { return len(f.mine(t, 7)) == 40 }, patience, 20*time.Millisecond)
	leave()
	f.produce(t, events[30:]...)
	require.Eventually(t, func() bool { return len(f.mine(t, 7)) == 60 }, patience, 20*time.Millisecond)
	count, err := f.service.mongo.Collection("member_activities").CountDocuments(t.Context(), struct{}{})
	require.NoError(t, err)
	require.EqualValues(t, 60, count)
}
