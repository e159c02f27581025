package app

import (
	"time"

	"github.com/google/uuid"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
)

// noon is when events of tests happen, plus some seconds.
var noon = time.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// event is an event of a member at a time, without a state.
func event(kind activityrecord.Type, member int64, when time.Time) *activityrecord.Event {
	return &activityrecord.Event{
		EventId: uuid.Must(uuid.NewV7()).String(), Type: kind, MemberId: member, OccurredAt: activityrecord.Timestamp(when),
	}
}

func postEvent(kind activityrecord.Type, member, post, version int64, when time.Time) *activityrecord.Event {
	e := event(kind, member, when)
	e.PostId, e.Version = post, version
	e.State = &activityv1.MemberActivityEvent_Post{Post: &activityv1.PostState{
		AuthorId: member, Content: "글", CreatedAt: activityrecord.Timestamp(when), UpdatedAt: activityrecord.Timestamp(when),
		Deleted: kind == activityrecord.PostDelete,
	}}
	return e
}

func commentEvent(kind activityrecord.Type, member, post, comment, version int64, when time.Time) *activityrecord.Event {
	e := event(kind, member, when)
	e.PostId, e.CommentId, e.Version = post, comment, version
	e.State = &activityv1.MemberActivityEvent_Comment{Comment: &activityv1.CommentState{
		AuthorId: member, PostId: post, Content: "댓글", CreatedAt: activityrecord.Timestamp(when), UpdatedAt: activityrecord.Timestamp(when),
		Deleted: kind == activityrecord.CommentDelete,
	}}
	return e
}

func likeEvent(kind activityrecord.Type, member, post, comment, version int64, when time.Time) *activityrecord.Event {
	e := event(kind, member, when)
	e.PostId, e.CommentId, e.Version = post, comment, version
	target := activityv1.LikeTarget_LIKE_TARGET_POST
	if comment != 0 {
		target = activityv1.LikeTarget_LIKE_TARGET_COMMENT
	}
	liked := kind == activityrecord.LikePost || kind == activityrecord.LikeComment
	e.State = &activityv1.MemberActivityEvent_Like{Like: &activityv1.LikeState{Target: target, Liked: liked}}
	return e
}

func followEvent(kind activityrecord.Type, member, target, version int64, when time.Time) *activityrecord.Event {
	e := event(kind, member, when)
	e.Version = version
	e.State = &activityv1.MemberActivityEvent_Follow{Follow: &activityv1.FollowState{
		TargetMemberId: target, Following: kind == activityrecord.MemberFollow,
	}}
	return e
}

func memberEvent(kind activityrecord.Type, member, version int64, when time.Time) *activityrecord.Event {
	e := event(kind, member, when)
	e.Version = version
	e.State = &activityv1.MemberActivityEvent_Member{Member: &activityv1.MemberState{
		MemberName: "이름", Handle: "handle", Active: kind != activityrecord.MemberDeactivate,
		CreatedAt: activityrecord.Timestamp(when), UpdatedAt: activityrecord.Timestamp(when),
	}}
	return e
}

func readEvent(kind activityrecord.Type, member, post, comment int64, when time.Time) *activityrecord.Event {
	e := event(kind, member, when)
	e.PostId, e.CommentId = post, comment
	return e
}

// everyEvent is one event of each type of member 7, a second apart.
func everyEvent() []*activityrecord.Event {
	return []*activityrecord.Event{
		memberEvent(activityrecord.MemberSignup, 7, 1, at(0)),
		memberEvent(activityrecord.MemberLogin, 7, 0, at(1)),
		memberEvent(activityrecord.MemberUpdate, 7, 2, at(2)),
		followEvent(activityrecord.MemberFollow, 7, 8, 1, at(3)),
		followEvent(activityrecord.MemberUnfollow, 7, 8, 2, at(4)),
		postEvent(activityrecord.PostCreate, 7, 70, 1, at(5)),
		postEvent(activityrecord.PostUpdate, 7, 70, 2, at(6)),
		readEvent(activityrecord.PostRead, 7, 90, 0, at(7)),
		likeEvent(activityrecord.LikePost, 7, 90, 0, 1, at(8)),
		likeEvent(activityrecord.LikePostCancel, 7, 90, 0, 2, at(9)),
		commentEvent(activityrecord.CommentCreate, 7, 90, 700, 1, at(10)),
		commentEvent(activityrecord.CommentUpdate, 7, 90, 700, 2, at(11)),
		readEvent(activityrecord.CommentRead, 7, 90, 900, at(12)),
		likeEvent(activityrecord.LikeComment, 7, 90, 900, 1, at(13)),
		likeEvent(activityrecord.LikeCommentCancel, 7, 90, 900, 2, at(14)),
		commentEvent(activityrecord.CommentDelete, 7, 90, 700, 3, at(15)),
		postEvent(activityrecord.PostDelete, 7, 70, 3, at(16)),
		memberEvent(activityrecord.MemberLogout, 7, 0, at(17)),
		memberEvent(activityrecord.MemberDeactivate, 7, 3, at(18)),
	}
}
