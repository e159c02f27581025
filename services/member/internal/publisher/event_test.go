package publisher

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
)

// drawer keeps letters.
type drawer struct{ letters []deadletter.Letter }

func (d *drawer) Append(_ context.Context, letters ...deadletter.Letter) error {
	d.letters = append(d.letters, letters...)
	return nil
}

func at(n int) time.Time { return time.Date(2026, 11, 20, 9, 0, n, 123456000, time.UTC) }

func record(t *testing.T, facts ...member.Fact) []*activityrecord.Event {
	t.Helper()
	d := new(drawer)
	r := Recorder{Outbox: d, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, TopicPrefix: "p-", Traceparent: func(context.Context) string { return "" }}
	require.NoError(t, r.Record(t.Context(), facts...))
	events := make([]*activityrecord.Event, len(d.letters))
	for i, letter := range d.letters {
		var err error
		events[i], err = activityrecord.Decode(letter.Payload)
		require.NoError(t, err)
		require.Equal(t, "p-20261120", letter.Topic)
		require.Equal(t, events[i].GetMemberId(), letter.PartitionID)
	}
	return events
}

func TestEveryChangeOfAMemberIsAnEventOfItsType(t *testing.T) {
	t.Parallel()
	profile := member.Profile{
		ID: 1, MemberID: 2, MemberName: "3", Handle: "4", DisplayName: "5", Bio: "secret", AvatarURL: "6", Active: true, CreatedAt: at(7), UpdatedAt: at(8), Version: 9,
	}
	gone := member.Profile{MemberID: 2, CreatedAt: at(7), UpdatedAt: at(8), Version: 10}
	for change, want := range map[member.Change]struct {
		name    string
		profile member.Profile
	}{
		member.SignedUp: {"MEMBER_SIGNUP", profile}, member.Updated: {"MEMBER_UPDATE", profile}, member.Deactivated: {"MEMBER_DEACTIVATE", gone},
		member.LoggedIn: {"MEMBER_LOGIN", member.Profile{}}, member.LoggedOut: {"MEMBER_LOGOUT", member.Profile{}},
	} {
		event := record(t, member.AccountFact{Change: change, Member: 2, At: at(30), Profile: want.profile})[0]
		require.Equal(t, want.name, activityrecord.TypeName(event.GetType()))
		require.Equal(t, at(30), event.GetOccurredAt().AsTime())
		require.Equal(t, want.profile.Version, event.GetVersion())
		if want.profile.Version == 0 {
			require.Nil(t, event.GetState())
			continue
		}
		state := event.GetMember()
		require.Equal(t, []any{want.profile.MemberName, want.profile.Handle, want.profile.DisplayName, want.profile.AvatarURL, want.profile.Active},
			[]any{state.GetMemberName(), state.GetHandle(), state.GetDisplayName(), state.GetAvatarUrl(), state.GetActive()})
		require.Equal(t, []time.Time{at(7), at(8)}, []time.Time{state.GetCreatedAt().AsTime(), state.GetUpdatedAt().AsTime()})
	}
}

func TestFollowsAndTheirEndsAreEvents(t *testing.T) {
	t.Parallel()
	events := record(t,
		member.FollowFact{Following: true, Follower: 2, Target: 3, At: at(1), Version: 1},
		member.FollowFact{Follower: 2, Target: 3, At: at(2), Version: 2})
	require.Equal(t, []string{"MEMBER_FOLLOW", "MEMBER_UNFOLLOW"}, []string{activityrecord.TypeName(events[0].GetType()), activityrecord.TypeName(events[1].GetType())})
	for i, event := range events {
		require.EqualValues(t, 2, event.GetMemberId())
		require.EqualValues(t, 3, event.GetFollow().GetTargetMemberId())
		require.Equal(t, i == 0, event.GetFollow().GetFollowing())
		require.EqualValues(t, i+1, event.GetVersion())
	}
}

func TestAFactThatBreaksTheContractIsRefused(t *testing.T) {
	t.Parallel()
	r := Recorder{Outbox: new(drawer), NewID: func() string { return "x" }, Traceparent: func(context.Context) string { return "" }}
	require.Error(t, r.Record(t.Context(), member.FollowFact{Follower: 2, Target: 3, At: at(1), Version: 1}))
}
