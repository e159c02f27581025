package kafka_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestAdmin_EnsuresListsAndDeletesTopics(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	admin := newAdmin(t, env.Bootstrap)
	ctx := within(t, time.Minute)
	a, b := env.Topic("20261121"), env.Topic("20261122")

	created, err := admin.EnsureTopics(ctx, kafka.TopicSpec{}, b, a)
	require.NoError(t, err)
	require.Equal(t, []string{a, b}, created)
	created, err = admin.EnsureTopics(ctx, kafka.TopicSpec{}, a, b)
	require.NoError(t, err)
	require.Empty(t, created)

	topics, err := admin.ListTopics(ctx, env.Prefix)
	require.NoError(t, err)
	require.Equal(t, []string{a, b}, topics)

	require.NoError(t, admin.DeleteTopics(ctx, a, env.Topic("never-was")))
	topics, err = admin.ListTopics(ctx, env.Prefix)
	require.NoError(t, err)
	require.Equal(t, []string{b}, topics)
}

func TestAdmin_TakesAnInvalidTopicAsARefusal(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	_, err := newAdmin(t, env.Bootstrap).EnsureTopics(within(t, 20*time.Second), kafka.TopicSpec{}, "a/b")
	require.ErrorIs(t, err, kafka.ErrRefused)
}

func TestAdmin_SaysHowFarAGroupIs(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	admin := newAdmin(t, env.Bootstrap)
	ctx := within(t, time.Minute)
	topic := env.Topic("20261121")
	_, err := admin.EnsureTopics(ctx, kafka.TopicSpec{Partitions: 2}, topic)
	require.NoError(t, err)
	requireFinished(t, admin, env.Group("g"), topic, true) // nothing was ever in it
	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(ctx, numbered(topic, 1, 0, 7)))
	requireFinished(t, admin, env.Group("g"), topic, false)
	requireFinished(t, admin, env.Group("g"), env.Topic("gone"), true)

	consumer := start(t, env, nil)
	consumer.awaitCount(t, 7)
	consumer.stop(t) // commits
	requireFinished(t, admin, env.Group("g"), topic, true)
	requireFinished(t, admin, env.Group("another"), topic, false)

	requireAllWritten(t, newProducer(t, env.Bootstrap).Produce(ctx, numbered(topic, 1, 7, 10)))
	lags, err := admin.Lag(ctx, env.Group("g"), topic)
	require.NoError(t, err)
	require.Len(t, lags, 2)
	require.EqualValues(t, 3, lags[0].Records()+lags[1].Records())
}

func requireFinished(t *testing.T, admin *kafka.Admin, group, topic string, want bool) {
	t.Helper()
	finished, err := admin.Finished(within(t, 20*time.Second), group, topic)
	require.NoError(t, err)
	require.Equal(t, want, finished)
}

func TestDailyTopic_IsTheUTCDay(t *testing.T) {
	t.Parallel()
	seoul := time.FixedZone("KST", 9*60*60)
	require.Equal(t, "member-activity-20261120", kafka.DailyTopic("member-activity-", time.Date(2026, 11, 21, 8, 0, 0, 0, seoul)))

	day, ok := kafka.DayOf("member-activity-", "member-activity-20261120")
	require.True(t, ok)
	require.Equal(t, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), day)
	for _, other := range []string{"member-activity-", "member-activity-2026112", "member-activity-20261320", "other-20261120"} {
		_, ok := kafka.DayOf("member-activity-", other)
		require.False(t, ok, other)
	}
}

func TestAcks_ReadsTheSettingOfTheEnvironment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]kafka.Acks{"all": kafka.AcksAll, "-1": kafka.AcksAll, "1": kafka.AcksLeader} {
		acks := kafka.Acks(9)
		require.NoError(t, acks.UnmarshalText([]byte(text)))
		require.Equal(t, want, acks)
	}
	var acks kafka.Acks
	require.Error(t, acks.UnmarshalText([]byte("0")), "fire and forget is no delivery")
}
