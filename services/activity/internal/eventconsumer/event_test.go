package eventconsumer

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

var when = time.Date(2026, 11, 20, 23, 30, 15, 123456000, time.UTC)

func TestToActivityTakesEveryFieldOfAnEvent(t *testing.T) {
	t.Parallel()
	e := &activityrecord.Event{
		EventId: "e", Type: activityrecord.MemberFollow, MemberId: 1, PostId: 2, CommentId: 3, Version: 4, OccurredAt: activityrecord.Timestamp(when),
		State: &activityv1.MemberActivityEvent_Follow{Follow: &activityv1.FollowState{TargetMemberId: 5, Following: true}},
	}
	got := toActivity(e)
	require.Regexp(t, `^[0-9a-f]{24}$`, string(got.ID))
	require.Equal(t, activity.Activity{
		ID: got.ID, Key: activityrecord.Key(e), EventID: "e", Type: activity.MemberFollow, MemberID: 1, PostID: 2, CommentID: 3, TargetID: 5,
		Version: 4, CreatedAt: when, UpdatedAt: when,
	}, got)
	require.Equal(t, got, toActivity(e), "the same event has the same id")
}

// What a member records has the key that the event of the same would have.
func TestKeyOfIsTheKeyOfTheEvent(t *testing.T) {
	t.Parallel()
	for _, kind := range []activityrecord.Type{
		activityrecord.PostCreate, activityrecord.PostUpdate, activityrecord.PostDelete, activityrecord.PostRead,
		activityrecord.LikePost, activityrecord.LikePostCancel, activityrecord.LikeComment, activityrecord.LikeCommentCancel,
		activityrecord.CommentCreate, activityrecord.CommentUpdate, activityrecord.CommentDelete, activityrecord.CommentRead,
	} {
		e := &activityrecord.Event{Type: kind, MemberId: 1, PostId: 2, CommentId: 3, OccurredAt: activityrecord.Timestamp(when)}
		require.Equal(t, activityrecord.Key(e), KeyOf(toActivity(e)))
	}
	require.Empty(t, KeyOf(activity.Activity{Type: "X"}))
}

func TestTheDomainKnowsTheTypesOfTheContractAndNoOther(t *testing.T) {
	t.Parallel()
	var names []activity.Type
	for _, kind := range activityrecord.Types() {
		names = append(names, activity.Type(activityrecord.TypeName(kind)))
	}
	require.ElementsMatch(t, names, activity.Types())
}
