package app

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// withKafka sends the events of the service to a real broker.
func withKafka(t *testing.T) func(*config.Config) {
	events := testenv.Kafka(t)
	return func(c *config.Config) {
		c.KafkaBootstrapServers, c.TopicPrefix = []string{events.Bootstrap}, events.Prefix
	}
}

// heard is every event that reached Kafka.
type heard struct {
	mu     sync.Mutex
	events []*activityrecord.Event
	keys   []string
}

func (f *fleet) listen(t *testing.T) *heard {
	t.Helper()
	h := new(heard)
	consumer, err := kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: bootstrap(f.cfg), Group: f.cfg.TopicPrefix + "listener", Prefix: f.cfg.TopicPrefix, ClientID: "test", TopicsEvery: 100 * time.Millisecond,
		Handle: func(_ context.Context, m kafka.Message) error {
			event, err := activityrecord.Decode(m.Value)
			if err != nil {
				return err
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			h.events, h.keys = append(h.events, event), append(h.keys, string(m.Key))
			return nil
		},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = consumer.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return h
}

// of are the events of a member in the order of Kafka, once there are n.
func (h *heard) of(t *testing.T, member int64, n int) (events []*activityrecord.Event) {
	t.Helper()
	require.Eventually(t, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		events = events[:0]
		for _, e := range h.events {
			if e.GetMemberId() == member {
				events = append(events, e)
			}
		}
		return len(events) >= n
	}, 20*time.Second, 10*time.Millisecond)
	return events
}

func namesOf(events []*activityrecord.Event) (names []string) {
	for _, e := range events {
		names = append(names, activityrecord.TypeName(e.GetType()))
	}
	return names
}

func TestWhatAMemberDoesReachesKafkaInOrder(t *testing.T) {
	t.Parallel()
	f := start(t, withKafka(t))
	listener := f.listen(t)
	p, other := f.person(t), f.person(t)
	f.follow(t, p, other.id)
	f.do(t, p, "DELETE", path("/api/members/follow/", other.id), "").requireOK(t, 204)
	f.follow(t, p, other.id)
	f.edit(t, p, `{"bio":"이름도 사진도 아니다","timezone":"Asia/Seoul"}`).requireOK(t, 200)
	f.edit(t, p, `{"memberName":"새 이름"}`).requireOK(t, 200)
	f.do(t, p, "PUT", "/api/members/profile/handle", `{"newHandle":"brand_new_handle"}`).requireOK(t, 200)
	f.edit(t, p, `{"avatarUrl":"/me.png"}`).requireOK(t, 200)
	f.do(t, p, "POST", "/api/members/follow/999999", "").requireCode(t, 404, "MEMBER_NOT_FOUND")
	f.do(t, p, "POST", "/api/authentication/logout", "").requireOK(t, 200)
	p = f.logIn(t, p)
	f.do(t, p, "DELETE", "/api/authentication/deactivate", "").requireOK(t, 204)
	want := []string{
		"MEMBER_SIGNUP", "MEMBER_LOGIN", "MEMBER_FOLLOW", "MEMBER_UNFOLLOW", "MEMBER_FOLLOW",
		"MEMBER_UPDATE", "MEMBER_UPDATE", "MEMBER_UPDATE", "MEMBER_LOGOUT", "MEMBER_LOGIN", "MEMBER_UNFOLLOW", "MEMBER_DEACTIVATE",
	}
	events := listener.of(t, p.id, len(want))
	require.Equal(t, want, namesOf(events))

	var versions, follows []int64
	for _, e := range events {
		switch {
		case e.GetFollow() != nil:
			follows = append(follows, e.GetVersion())
			require.Equal(t, other.id, e.GetFollow().GetTargetMemberId())
		case e.GetMember() != nil:
			versions = append(versions, e.GetVersion())
		default:
			require.Zero(t, e.GetVersion())
		}
	}
	require.Equal(t, []int64{1, 2, 3, 4}, follows)
	require.Equal(t, []int64{1, 3, 4, 5, 6}, versions, "versions grow; the edit of the bio has one too")
	last := events[len(events)-1].GetMember()
	require.Equal(t, []any{false, "", "", ""}, []any{last.GetActive(), last.GetMemberName(), last.GetHandle(), last.GetAvatarUrl()})
	require.Equal(t, []any{true, "brand_new_handle", "/me.png"}, []any{events[7].GetMember().GetActive(), events[7].GetMember().GetHandle(), events[7].GetMember().GetAvatarUrl()})
	require.Eventually(t, func() bool {
		return f.count(t, "SELECT COUNT(*) FROM member_publisher_dead_letters") == 0
	}, 10*time.Second, 10*time.Millisecond, "what Kafka has leaves the table")
	for _, key := range listener.keys {
		require.Regexp(t, `^member_activity:kafka_event:MEMBER_[A-Z]+###\d+###\d+###\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}$`, key)
	}
}

func TestWithKafkaDownWritesSucceedAndTheirEventsArriveLater(t *testing.T) {
	t.Parallel()
	broker, events := testenv.OwnKafka(t)
	f := start(t, func(c *config.Config) { c.KafkaBootstrapServers, c.TopicPrefix = []string{events.Bootstrap}, "late-" })
	require.NoError(t, broker.Kill())
	begin := time.Now()
	p := f.person(t)
	f.follow(t, p, f.person(t).id)
	require.Less(t, time.Since(begin), 3*time.Second, "a request never waits for Kafka")
	require.EqualValues(t, 5, f.count(t, "SELECT COUNT(*) FROM member_publisher_dead_letters"))
	require.NoError(t, broker.Start(t.Context()))
	listener := f.listen(t)
	names := namesOf(listener.of(t, p.id, 3))
	slices.Sort(names)
	require.Equal(t, []string{"MEMBER_FOLLOW", "MEMBER_LOGIN", "MEMBER_SIGNUP"}, slices.Compact(names))
}

func TestARepeatedFollowIsOneFollowAndOneEvent(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	before := f.count(t, "SELECT COUNT(*) FROM member_publisher_dead_letters")
	first := f.do(t, p, "POST", path("/api/members/follow/", other.id), "", "Idempotency-Key", "k").requireOK(t, 201)
	f.join(t)
	again := f.do(t, p, "POST", path("/api/members/follow/", other.id), "", "Idempotency-Key", "k").requireOK(t, 201)
	require.Equal(t, first.raw, again.raw)
	require.Equal(t, "true", again.header.Get("Idempotency-Replayed"))
	require.Equal(t, before+1, f.count(t, "SELECT COUNT(*) FROM member_publisher_dead_letters"))
	mesh := []string{"X-Request-Id", "from-the-mesh"}
	f.do(t, p, "DELETE", path("/api/members/follow/", other.id), "", mesh...).requireOK(t, 204)
	f.do(t, p, "DELETE", path("/api/members/follow/", other.id), "", mesh...).requireOK(t, 204)
	require.Zero(t, f.profile(t, other).FollowersCount)
}
