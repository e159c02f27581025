package activityconsumer_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/activityconsumer"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// world is everything around a consumer, in memory: it writes down what the
// feeds are told.
type world struct {
	told      []string
	followers []timeline.MemberID
	events    map[string]bool
	versions  map[string]int64
	letters   []kafka.Message
	counted   int // how often followers were asked for
	down      error
	noLedger  error
	noLetters error
}

func newWorld() (*world, *activityconsumer.Consumer) {
	w := &world{followers: []timeline.MemberID{11, 12}, events: map[string]bool{}, versions: map[string]int64{}}
	return w, &activityconsumer.Consumer{
		Feeds: w, Pages: w, Names: w, Followers: w, Ledger: w, Letters: w, Metrics: activityconsumer.NewMetrics(prometheus.NewRegistry()),
		FanOutLimit: 2, Now: func() time.Time { return now },
	}
}

func (w *world) tell(what string) error {
	if w.down == nil {
		w.told = append(w.told, what)
	}
	return w.down
}

func (w *world) Push(_ context.Context, since timeline.FeedMoment, author timeline.MemberID, entry timeline.FeedEntry, followers []timeline.MemberID) (int, error) {
	if since != timeline.FeedMoment(fmt.Sprintf("before question %d", w.counted)) {
		return 0, errors.New("feeds may have been built since")
	}
	if author != 2 || entry.PostID != 7 || !entry.CreatedAt.Equal(now) {
		return 0, errors.New("another post")
	}
	return len(followers), w.tell("push")
}

func (w *world) Moment() timeline.FeedMoment {
	return timeline.FeedMoment(fmt.Sprintf("before question %d", w.counted+1))
}

func (w *world) Offer(context.Context, timeline.MemberID, timeline.FeedEntry) error {
	return w.tell("offer")
}

func (w *world) Remove(context.Context, timeline.FeedEntry, []timeline.MemberID) error {
	return w.tell("remove")
}

func (w *world) PostsChanged(context.Context, ...timeline.PostID) error { return w.tell("forget post") }

func (w *world) LikesChanged(_ context.Context, member timeline.MemberID, post timeline.PostID) error {
	return w.tell(fmt.Sprintf("forget likes of %d, post %d", member, post))
}

func (w *world) Changed(context.Context, ...int64) error { return w.tell("forget name") }

func (w *world) AuthorLeft(context.Context, timeline.MemberID) error { return w.tell("left") }

func (w *world) FollowChanged(_ context.Context, follower, target timeline.MemberID, following bool, at time.Time) error {
	if follower != 1 || target != 2 || !at.Equal(now) {
		return errors.New("another follow")
	}
	if following {
		return w.tell("follow")
	}
	return w.tell("unfollow")
}

func (w *world) FindFollowers(_ context.Context, _ timeline.MemberID, limit int) ([]timeline.MemberID, bool, error) {
	w.counted++
	return w.followers[:min(limit, len(w.followers))], len(w.followers) > limit, w.down
}

func (w *world) IsApplied(_ context.Context, eventID, thing string, version int64) (bool, error) {
	return w.events[eventID] || w.versions[thing] >= version, w.noLedger
}

func (w *world) MarkApplied(_ context.Context, eventID, thing string, version int64) error {
	if w.noLedger != nil {
		return w.noLedger
	}
	w.events[eventID], w.versions[thing] = true, max(w.versions[thing], version)
	return nil
}

func (w *world) Keep(_ context.Context, message kafka.Message, _ error) error {
	if w.noLetters == nil {
		w.letters = append(w.letters, message)
	}
	return w.noLetters
}

func event(kind activityrecord.Type, version int64) *activityv1.MemberActivityEvent {
	return &activityv1.MemberActivityEvent{
		EventId: uuid.Must(uuid.NewV7()).String(), Type: kind, MemberId: 1, Version: version, OccurredAt: activityrecord.Timestamp(now),
	}
}

func postEvent(kind activityrecord.Type, version int64) *activityv1.MemberActivityEvent {
	e, at := event(kind, version), activityrecord.Timestamp(now)
	e.MemberId, e.PostId = 2, 7
	state := &activityv1.PostState{AuthorId: 2, Content: "글", CreatedAt: at, UpdatedAt: at}
	if kind == activityrecord.PostDelete {
		state.Content, state.Deleted = "", true
	}
	e.State = &activityv1.MemberActivityEvent_Post{Post: state}
	return e
}

func followEvent(kind activityrecord.Type, version int64) *activityv1.MemberActivityEvent {
	e := event(kind, version)
	e.State = &activityv1.MemberActivityEvent_Follow{Follow: &activityv1.FollowState{TargetMemberId: 2, Following: kind == activityrecord.MemberFollow}}
	return e
}

func record(t *testing.T, e *activityv1.MemberActivityEvent) kafka.Message {
	t.Helper()
	require.NoError(t, activityrecord.Validate(e))
	value, err := proto.Marshal(e)
	require.NoError(t, err)
	return kafka.Message{Topic: "member-activity-20261120", Value: value}
}

func TestEachActivityDoesToFeedsWhatItMeans(t *testing.T) {
	t.Parallel()
	at := activityrecord.Timestamp(now)
	gone := event(activityrecord.MemberDeactivate, 3)
	gone.State = &activityv1.MemberActivityEvent_Member{Member: &activityv1.MemberState{CreatedAt: at, UpdatedAt: at}}
	read := event(activityrecord.PostRead, 0)
	read.PostId = 7
	like := event(activityrecord.LikePost, 1)
	like.PostId, like.State = 7, &activityv1.MemberActivityEvent_Like{Like: &activityv1.LikeState{Target: activityv1.LikeTarget_LIKE_TARGET_POST, Liked: true}}
	for name, c := range map[string]struct {
		event *activityv1.MemberActivityEvent
		told  []string
	}{
		"a post is pushed":         {postEvent(activityrecord.PostCreate, 1), []string{"push"}},
		"a revision changes no id": {postEvent(activityrecord.PostUpdate, 2), []string{"forget post"}},
		"a like changes a counter": {like, []string{"forget likes of 1, post 7"}},
		"a deleted post goes":      {postEvent(activityrecord.PostDelete, 2), []string{"forget post", "remove"}},
		"a follow is checked":      {followEvent(activityrecord.MemberFollow, 1), []string{"follow"}},
		"and its end":              {followEvent(activityrecord.MemberUnfollow, 2), []string{"unfollow"}},
		"one who left":             {gone, []string{"forget name", "left"}},
		"a read is nobody's":       {read, nil},
	} {
		w, consumer := newWorld()
		require.NoError(t, consumer.Handle(t.Context(), record(t, c.event)), name)
		require.Equal(t, c.told, w.told, name)
	}
}

func TestThePostsOfAnAuthorWithTooManyFollowersAreOffered(t *testing.T) {
	t.Parallel()
	w, consumer := newWorld()
	w.followers = append(w.followers, 13)
	require.NoError(t, consumer.Handle(t.Context(), record(t, postEvent(activityrecord.PostCreate, 1))))
	require.NoError(t, consumer.Handle(t.Context(), record(t, postEvent(activityrecord.PostDelete, 2))))
	require.Equal(t, []string{"offer", "forget post"}, w.told, "a deleted one is dropped by its readers")
}

// To count the followers of an author with too many costs as much as a push.
func TestTheFollowersOfAPopularAuthorAreCountedOnceAMinute(t *testing.T) {
	t.Parallel()
	w, consumer := newWorld()
	at := now
	consumer.Now = func() time.Time { return at }
	w.followers = append(w.followers, 13)
	post := func(id int64) {
		e := postEvent(activityrecord.PostCreate, 1)
		e.PostId = id
		require.NoError(t, consumer.Handle(t.Context(), record(t, e)))
	}
	for id := range int64(5) {
		post(id + 7)
	}
	require.Equal(t, []string{"offer", "offer", "offer", "offer", "offer"}, w.told)
	require.Equal(t, 1, w.counted)
	at = at.Add(time.Minute)
	post(20)
	require.Equal(t, 2, w.counted)
}

func TestAnEventThatComesAgainChangesNothing(t *testing.T) {
	t.Parallel()
	w, consumer := newWorld()
	message := record(t, postEvent(activityrecord.PostCreate, 1))
	for range 3 {
		require.NoError(t, consumer.Handle(t.Context(), message))
	}
	require.Equal(t, []string{"push"}, w.told)
}

func TestACreationThatComesAfterTheDeletionIsIgnored(t *testing.T) {
	t.Parallel()
	w, consumer := newWorld()
	require.NoError(t, consumer.Handle(t.Context(), record(t, postEvent(activityrecord.PostDelete, 2))))
	require.NoError(t, consumer.Handle(t.Context(), record(t, postEvent(activityrecord.PostCreate, 1))))
	require.Equal(t, []string{"forget post", "remove"}, w.told)
	require.NoError(t, consumer.Handle(t.Context(), record(t, followEvent(activityrecord.MemberUnfollow, 2))))
	require.NoError(t, consumer.Handle(t.Context(), record(t, followEvent(activityrecord.MemberFollow, 1))))
	require.Equal(t, []string{"forget post", "remove", "unfollow"}, w.told)
}

// Nothing is marked as applied that was not; the record comes again.
func TestAFailureIsTriedAgain(t *testing.T) {
	t.Parallel()
	w, consumer := newWorld()
	message := record(t, postEvent(activityrecord.PostCreate, 1))
	w.down = errors.New("member does not answer")
	require.ErrorIs(t, consumer.Handle(t.Context(), message), w.down)
	w.down = nil
	w.noLedger = errors.New("redis does not answer")
	require.ErrorIs(t, consumer.Handle(t.Context(), message), w.noLedger)
	w.noLedger = nil
	require.NoError(t, consumer.Handle(t.Context(), message))
	require.Equal(t, []string{"push"}, w.told)
}

func TestARecordThatCannotBeAppliedBecomesALetterOrComesAgain(t *testing.T) {
	t.Parallel()
	w, consumer := newWorld()
	broken := postEvent(activityrecord.PostCreate, 1)
	broken.PostId = 0
	value, err := proto.Marshal(broken)
	require.NoError(t, err)
	for _, message := range []kafka.Message{{Value: []byte{0xff}}, {Value: value}} {
		w.noLetters = errors.New("mongodb does not answer")
		require.ErrorIs(t, consumer.Handle(t.Context(), message), w.noLetters)
		w.noLetters = nil
		require.NoError(t, consumer.Handle(t.Context(), message))
	}
	require.Len(t, w.letters, 2)
	require.Empty(t, w.told)
}
