package activityrecord_test

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
)

const (
	memberID  = 11
	postID    = 22
	commentID = 33
	targetID  = 44
	parentID  = 55
	authorID  = 66
	eventID   = "01932f1e-7b5a-7c3d-8e9f-0a1b2c3d4e5f"
)

// seoulMorning is 2026-11-20 in UTC and already the 21st in Seoul.
var seoulMorning = time.Date(2026, 11, 21, 8, 30, 15, 123456000, time.FixedZone("KST", 9*60*60))

func at(t time.Time) *timestamppb.Timestamp { return timestamppb.New(t) }

// eventOf is a valid event of the type in which every field differs from the others.
func eventOf(t activityrecord.Type) *activityrecord.Event {
	e := &activityrecord.Event{
		EventId: eventID, Type: t, MemberId: memberID, OccurredAt: at(seoulMorning), Version: 7,
	}
	switch t {
	case activityv1.ActivityType_ACTIVITY_TYPE_UNSPECIFIED:
	case activityrecord.PostCreate, activityrecord.PostUpdate, activityrecord.PostDelete:
		e.PostId = postID
		e.State = &activityv1.MemberActivityEvent_Post{Post: postState(t == activityrecord.PostDelete)}
	case activityrecord.CommentCreate, activityrecord.CommentUpdate, activityrecord.CommentDelete:
		e.PostId, e.CommentId = postID, commentID
		e.State = &activityv1.MemberActivityEvent_Comment{Comment: commentState(t == activityrecord.CommentDelete)}
	case activityrecord.PostRead:
		e.PostId, e.Version = postID, 0
	case activityrecord.CommentRead:
		e.PostId, e.CommentId, e.Version = postID, commentID, 0
	case activityrecord.LikePost, activityrecord.LikePostCancel:
		e.PostId = postID
		e.State = like(activityv1.LikeTarget_LIKE_TARGET_POST, t == activityrecord.LikePost)
	case activityrecord.LikeComment, activityrecord.LikeCommentCancel:
		e.PostId, e.CommentId = postID, commentID
		e.State = like(activityv1.LikeTarget_LIKE_TARGET_COMMENT, t == activityrecord.LikeComment)
	case activityrecord.MemberFollow, activityrecord.MemberUnfollow:
		e.State = &activityv1.MemberActivityEvent_Follow{Follow: &activityv1.FollowState{
			TargetMemberId: targetID, Following: t == activityrecord.MemberFollow,
		}}
	case activityrecord.MemberSignup, activityrecord.MemberUpdate, activityrecord.MemberDeactivate:
		e.State = &activityv1.MemberActivityEvent_Member{Member: memberState(t != activityrecord.MemberDeactivate)}
	case activityrecord.MemberLogin, activityrecord.MemberLogout:
		e.Version = 0
	}
	return e
}

func postState(deleted bool) *activityv1.PostState {
	return &activityv1.PostState{
		AuthorId: authorID, Title: "제목", Content: "안녕 dailyfeed", Deleted: deleted,
		CreatedAt: at(seoulMorning.Add(-2 * time.Hour)), UpdatedAt: at(seoulMorning.Add(-time.Hour)),
	}
}

func commentState(deleted bool) *activityv1.CommentState {
	return &activityv1.CommentState{
		AuthorId: authorID, PostId: postID, ParentId: proto.Int64(parentID), Depth: 1, Content: "👍", Deleted: deleted,
		CreatedAt: at(seoulMorning.Add(-2 * time.Hour)), UpdatedAt: at(seoulMorning.Add(-time.Hour)),
	}
}

func memberState(active bool) *activityv1.MemberState {
	return &activityv1.MemberState{
		MemberName: "홍길동", Handle: "gildong", DisplayName: "Gil-dong", AvatarUrl: "/a.png", Active: active,
		CreatedAt: at(seoulMorning.Add(-2 * time.Hour)), UpdatedAt: at(seoulMorning.Add(-time.Hour)),
	}
}

func like(target activityv1.LikeTarget, liked bool) *activityv1.MemberActivityEvent_Like {
	return &activityv1.MemberActivityEvent_Like{Like: &activityv1.LikeState{Target: target, Liked: liked}}
}
