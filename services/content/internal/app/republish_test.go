package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/content/internal/config"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func TestRepublishSendsWhatWasCreatedInItsTimeOnceMore(t *testing.T) {
	t.Parallel()
	f := start(t)
	listener := f.listen(t)
	from := time.Now().Add(-time.Minute).Format(time.RFC3339)
	post := f.as(t, 7, "POST", "/api/posts", `{"content":"글"}`).post(t).ID
	comment := f.as(t, 8, "POST", "/api/comments", path(`{"content":"댓글","postId":`, post, `}`)).comment(t).ID
	f.as(t, 9, "POST", path("/api/posts/", post, "/like"), "").requireOK(t, 200)
	f.as(t, 9, "POST", path("/api/comments/", comment, "/like"), "").requireOK(t, 201)
	first := listener.await(t, 4)

	require.NoError(t, republish(t.Context(), f.cfg, []string{"--from", from, "--to", time.Now().Add(time.Minute).Format(time.RFC3339)}))
	again := listener.await(t, 8)[4:]
	byType := map[activityrecord.Type]*activityrecord.Event{}
	for _, e := range again {
		byType[e.GetType()] = e
	}
	for _, want := range first {
		got := byType[want.GetType()]
		require.NotNil(t, got, want.GetType())
		require.NotEqual(t, want.GetEventId(), got.GetEventId(), "it is an event of its own")
		got.EventId = want.GetEventId()
		require.True(t, proto.Equal(want, got), "states the same: %v, %v", want, got)
	}
}

func TestRepublishSendsNothingOfAnotherTime(t *testing.T) {
	t.Parallel()
	f := start(t)
	listener := f.listen(t)
	from := time.Now().Add(-time.Hour).Format(time.RFC3339)
	f.as(t, 7, "POST", "/api/posts", `{"content":"글"}`).requireOK(t, 201)
	require.NoError(t, republish(t.Context(), f.cfg, []string{"--from", from, "--to", time.Now().Add(-time.Minute).Format(time.RFC3339)}))
	f.as(t, 7, "POST", "/api/posts", `{"content":"다음 글"}`).requireOK(t, 201)
	contents := []string{}
	for _, e := range listener.await(t, 2) {
		contents = append(contents, e.GetPost().GetContent())
	}
	require.Equal(t, []string{"글", "다음 글"}, contents)
}

func TestRepublishNeedsATimeRange(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, republish(t.Context(), config.Config{}, nil), process.ErrUsage)
}
