package activityconsumer

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
)

var errAway = errors.New("the store is away")

// house is where records end: in the projection, or as letters.
type house struct {
	posts   []search.Post
	kept    []kafka.Message
	away    bool // the projection
	noPaper bool // the letters
}

func (h *house) ApplyPosts(_ context.Context, posts []search.Post) error {
	if h.away {
		return errAway
	}
	h.posts = append(h.posts, posts...)
	return nil
}

func (h *house) ApplyComments(context.Context, []search.Comment) error { return nil }

func (h *house) Keep(_ context.Context, message kafka.Message, _ error) error {
	if h.noPaper {
		return errAway
	}
	h.kept = append(h.kept, message)
	return nil
}

func (h *house) consumer() *Consumer {
	return &Consumer{Projection: h, Letters: h, Metrics: NewMetrics(prometheus.NewRegistry()), Now: time.Now}
}

var nonsense = kafka.Message{Topic: "t", Offset: 7, Value: []byte{0xff, 0xff}}

func created(t *testing.T, id int64) kafka.Message {
	t.Helper()
	at := activityrecord.Timestamp(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	record, err := activityrecord.Encode(&activityv1.MemberActivityEvent{
		EventId: "01989e00-0000-7000-8000-000000000001", Type: activityrecord.PostCreate, MemberId: 1, PostId: id, Version: 1, OccurredAt: at,
		State: &activityv1.MemberActivityEvent_Post{Post: &activityv1.PostState{AuthorId: 1, Content: "글", CreatedAt: at, UpdatedAt: at}},
	}, activityrecord.Origin{Source: "/dailyfeed/test", TopicPrefix: "x"})
	require.NoError(t, err)
	return kafka.Message{Topic: "t", Offset: 8, Value: record.Value}
}

// spec 10: "only when that is stored is the offset committed"
func TestTheOffsetDoesNotMoveWhileALetterCannotBeKept(t *testing.T) {
	t.Parallel()
	h := &house{noPaper: true}
	batch := []kafka.Message{nonsense, created(t, 1)}
	done, err := h.consumer().HandleBatch(t.Context(), batch)
	require.ErrorIs(t, err, errAway)
	require.Zero(t, done)
	h.noPaper = false
	done, err = h.consumer().HandleBatch(t.Context(), batch)
	require.NoError(t, err)
	require.Equal(t, 2, done)
	require.Equal(t, []kafka.Message{nonsense}, h.kept)
	require.Len(t, h.posts, 1)
}

// spec 10: "a transient failure retries in place"
func TestTheOffsetDoesNotMoveWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	h := &house{away: true}
	done, err := h.consumer().HandleBatch(t.Context(), []kafka.Message{created(t, 1)})
	require.ErrorIs(t, err, errAway)
	require.Zero(t, done)
	require.Empty(t, h.kept, "an outage makes no letters")
}

// Only what the letter itself is to blame for counts as a try.
func TestALetterIsRefusedForItselfAndNotForAnOutage(t *testing.T) {
	t.Parallel()
	h := &house{}
	require.True(t, listenerletter.IsRefused(h.consumer().Retry(t.Context(), nonsense)))
	h.away = true
	err := h.consumer().Retry(t.Context(), created(t, 1))
	require.ErrorIs(t, err, errAway)
	require.False(t, listenerletter.IsRefused(err))
	h.away = false
	require.NoError(t, h.consumer().Retry(t.Context(), created(t, 1)))
	require.Len(t, h.posts, 1)
}
