package app

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/services/content/internal/publisher"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// state commits facts about a post, one transaction each.
func (f *fleet) state(t *testing.T, facts ...content.PostFact) {
	t.Helper()
	recorder := &publisher.Recorder{
		Outbox: f.service.publisher, NewID: newEventID, TopicPrefix: f.cfg.TopicPrefix, Traceparent: func(context.Context) string { return "" },
	}
	for _, fact := range facts {
		require.NoError(t, f.service.pool.InTx(t.Context(), func(ctx context.Context) error { return recorder.Record(ctx, fact) }))
	}
}

func revised(post content.PostID, version int64, at time.Time) content.PostFact {
	return content.PostFact{Change: content.Revised, Actor: 7, At: at, Post: content.Post{
		ID: post, AuthorID: 7, Content: "글", Version: version, CreatedAt: at, UpdatedAt: at,
	}}
}

// spec 10: "An event that is sent late goes to the topic of its own date, which is
// created again if it is gone."
func TestALateEventGoesToTheTopicOfItsOwnDateWhichIsMadeAgain(t *testing.T) {
	t.Parallel()
	f := start(t)
	longAgo := now().AddDate(0, 0, -20)
	topic := kafka.DailyTopic(f.cfg.TopicPrefix, longAgo)
	admin := f.service.topics.admin
	_, err := admin.EnsureTopics(t.Context(), f.service.topics.spec, topic)
	require.NoError(t, err)
	require.NoError(t, admin.DeleteTopics(t.Context(), topic))
	listener := f.listen(t)
	f.state(t, revised(7, 1, longAgo))
	require.Equal(t, longAgo, listener.await(t, 1)[0].GetOccurredAt().AsTime())
	require.Eventually(t, func() bool { // what the admin knows of the cluster may be a moment old
		there, err := admin.ListTopics(t.Context(), topic)
		return err == nil && slices.Equal(there, []string{topic})
	}, 10*time.Second, 20*time.Millisecond)
}

// spec 10, crash points: "midnight under load: events on both topics, none lost, in
// order per post"
func TestAtMidnightEventsGoToBothDaysAndNoneIsLost(t *testing.T) {
	t.Parallel()
	f := start(t)
	listener := f.listen(t)
	midnight := now().Truncate(24 * time.Hour)
	const posts, changes = 5, 20
	for n := range changes {
		at := midnight.Add(time.Duration(n-changes/2) * time.Millisecond)
		for post := range content.PostID(posts) {
			f.state(t, revised(post+1, int64(n)+1, at))
		}
	}
	days, last := map[string]int{}, map[[2]int64]int64{} // the last version by post and day
	for _, e := range listener.await(t, posts*changes) {
		day := e.GetOccurredAt().AsTime().Format("20060102")
		days[day]++
		of := [2]int64{e.GetPostId(), e.GetOccurredAt().AsTime().Unix() / 86400}
		require.Greater(t, e.GetVersion(), last[of], "in order per post")
		last[of] = e.GetVersion()
		require.Equal(t, f.cfg.TopicPrefix+day, activityrecord.Topic(f.cfg.TopicPrefix, e))
	}
	require.Equal(t, map[string]int{
		midnight.AddDate(0, 0, -1).Format("20060102"): posts * changes / 2, midnight.Format("20060102"): posts * changes / 2,
	}, days)
}
