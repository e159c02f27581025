package publisher

import (
	"fmt"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// types are the names that changes have on the wire.
var types = map[member.Change]activityrecord.Type{
	member.SignedUp:    activityrecord.MemberSignup,
	member.LoggedIn:    activityrecord.MemberLogin,
	member.LoggedOut:   activityrecord.MemberLogout,
	member.Updated:     activityrecord.MemberUpdate,
	member.Deactivated: activityrecord.MemberDeactivate,
}

// toEvent maps a fact to the event that states it, under the given id.
func toEvent(fact member.Fact, eventID string) (*activityrecord.Event, error) {
	switch f := fact.(type) {
	case member.AccountFact:
		return fromAccountFact(f, eventID), nil
	case member.FollowFact:
		return fromFollowFact(f, eventID), nil
	}
	return nil, fmt.Errorf("no event for fact %T", fact)
}

func fromAccountFact(f member.AccountFact, eventID string) *activityrecord.Event {
	event := &activityrecord.Event{
		EventId: eventID, Type: types[f.Change], MemberId: int64(f.Member), OccurredAt: activityrecord.Timestamp(f.At), Version: f.Profile.Version,
	}
	if f.Profile.Version == 0 { // logins and logouts change nothing that others see
		return event
	}
	event.State = &activityv1.MemberActivityEvent_Member{Member: &activityv1.MemberState{
		MemberName:  f.Profile.MemberName,
		Handle:      f.Profile.Handle,
		DisplayName: f.Profile.DisplayName,
		AvatarUrl:   f.Profile.AvatarURL,
		Active:      f.Profile.Active,
		CreatedAt:   activityrecord.Timestamp(f.Profile.CreatedAt),
		UpdatedAt:   activityrecord.Timestamp(f.Profile.UpdatedAt),
	}}
	return event
}

func fromFollowFact(f member.FollowFact, eventID string) *activityrecord.Event {
	event := &activityrecord.Event{
		EventId: eventID, Type: activityrecord.MemberUnfollow, MemberId: int64(f.Follower), OccurredAt: activityrecord.Timestamp(f.At), Version: f.Version,
		State: &activityv1.MemberActivityEvent_Follow{Follow: &activityv1.FollowState{
			TargetMemberId: int64(f.Target), Following: f.Following,
		}},
	}
	if f.Following {
		event.Type = activityrecord.MemberFollow
	}
	return event
}
