package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func TestRepublishSendsSignUpsAndFollowsOfItsTimeOnceMore(t *testing.T) {
	t.Parallel()
	f := start(t, withKafka(t))
	listener := f.listen(t)
	from := time.Now().Add(-time.Minute).Format(time.RFC3339)
	other := f.signUp(t)
	p := f.person(t)
	f.follow(t, p, other.id)
	first := listener.of(t, p.id, 3)
	require.Equal(t, []string{"MEMBER_SIGNUP", "MEMBER_LOGIN", "MEMBER_FOLLOW"}, namesOf(first))

	require.NoError(t, republish(t.Context(), f.cfg, []string{"--from", from, "--to", time.Now().Add(time.Minute).Format(time.RFC3339)}))
	again := listener.of(t, p.id, 5)[3:]
	requireRestated(t, first[0], again[0])
	requireRestated(t, first[2], again[1])
	require.Len(t, listener.of(t, other.id, 2), 2)
}

// requireRestated wants another event that says the same.
func requireRestated(t *testing.T, want, got *activityrecord.Event) {
	t.Helper()
	require.NotEqual(t, want.GetEventId(), got.GetEventId())
	got.EventId = want.GetEventId()
	require.True(t, proto.Equal(want, got), "%v, %v", want, got)
}

func TestRepublishNeedsATimeRange(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, republish(t.Context(), config.Config{}, nil), process.ErrUsage)
}
