package activityrecord

import activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"

// Event is the value of a record.
type Event = activityv1.MemberActivityEvent

// subject is what kind of thing an event is about. It decides the ids that the
// event must carry, the middle of its key and its partition.
type subject int

const (
	aboutMember subject = iota
	aboutFollow
	aboutPost
	aboutComment
)

// shape is all that differs between the types.
type shape struct {
	subject subject
	// timed: the key ends with the time, because the same member may do the same
	// to the same thing many times.
	timed bool
	// unversioned: nothing changed, so version is 0 and there may be no state.
	unversioned bool
	// checkState tells whether the state belongs to the type.
	checkState func(*Event) error
}

var shapes = map[Type]shape{
	PostCreate:        {subject: aboutPost, checkState: checkLivePost},
	PostUpdate:        {subject: aboutPost, timed: true, checkState: checkLivePost},
	PostDelete:        {subject: aboutPost, timed: true, checkState: checkDeletedPost},
	PostRead:          {subject: aboutPost, timed: true, unversioned: true, checkState: checkNoState},
	LikePost:          {subject: aboutPost, checkState: checkLike(activityv1.LikeTarget_LIKE_TARGET_POST, true)},
	LikePostCancel:    {subject: aboutPost, checkState: checkLike(activityv1.LikeTarget_LIKE_TARGET_POST, false)},
	CommentCreate:     {subject: aboutComment, checkState: checkLiveComment},
	CommentUpdate:     {subject: aboutComment, timed: true, checkState: checkLiveComment},
	CommentDelete:     {subject: aboutComment, timed: true, checkState: checkDeletedComment},
	CommentRead:       {subject: aboutComment, timed: true, unversioned: true, checkState: checkNoState},
	LikeComment:       {subject: aboutComment, checkState: checkLike(activityv1.LikeTarget_LIKE_TARGET_COMMENT, true)},
	LikeCommentCancel: {subject: aboutComment, checkState: checkLike(activityv1.LikeTarget_LIKE_TARGET_COMMENT, false)},
	MemberFollow:      {subject: aboutFollow, timed: true, checkState: checkFollow(true)},
	MemberUnfollow:    {subject: aboutFollow, timed: true, checkState: checkFollow(false)},
	MemberSignup:      {subject: aboutMember, timed: true, checkState: checkActiveMember},
	MemberLogin:       {subject: aboutMember, timed: true, unversioned: true, checkState: checkActiveMemberOrNone},
	MemberLogout:      {subject: aboutMember, timed: true, unversioned: true, checkState: checkActiveMemberOrNone},
	MemberUpdate:      {subject: aboutMember, timed: true, checkState: checkActiveMember},
	MemberDeactivate:  {subject: aboutMember, timed: true, checkState: checkGoneMember},
}
