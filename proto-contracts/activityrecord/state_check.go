package activityrecord

import activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"

// maxDepth is the depth of a reply to a reply.
const maxDepth = 2

func checkLivePost(e *Event) error    { return checkPost(e, false) }
func checkDeletedPost(e *Event) error { return checkPost(e, true) }

func checkPost(e *Event, deleted bool) error {
	state := e.GetPost()
	switch {
	case state == nil:
		return violation("state", "must be a PostState")
	case state.GetDeleted() != deleted:
		return violation("state.post.deleted", "does not belong to the type")
	case state.GetAuthorId() <= 0:
		return violation("state.post.author_id", "must be a member id")
	}
	return checkTimes("state.post", state.GetCreatedAt(), state.GetUpdatedAt())
}

func checkLiveComment(e *Event) error    { return checkComment(e, false) }
func checkDeletedComment(e *Event) error { return checkComment(e, true) }

func checkComment(e *Event, deleted bool) error {
	state := e.GetComment()
	switch {
	case state == nil:
		return violation("state", "must be a CommentState")
	case state.GetDeleted() != deleted:
		return violation("state.comment.deleted", "does not belong to the type")
	case state.GetAuthorId() <= 0:
		return violation("state.comment.author_id", "must be a member id")
	case state.GetPostId() != e.GetPostId():
		return violation("state.comment.post_id", "must be the event's post_id")
	}
	if err := checkPlace(e.GetCommentId(), state); err != nil {
		return err
	}
	return checkTimes("state.comment", state.GetCreatedAt(), state.GetUpdatedAt())
}

// checkPlace tells whether depth and parent agree with each other.
func checkPlace(commentID int64, state *activityv1.CommentState) error {
	switch {
	case state.GetDepth() < 0 || state.GetDepth() > maxDepth:
		return violation("state.comment.depth", "must be 0, 1 or 2")
	case (state.ParentId != nil) != (state.GetDepth() > 0):
		return violation("state.comment.parent_id", "must be there exactly at depth 1 and 2")
	case state.ParentId != nil && (state.GetParentId() <= 0 || state.GetParentId() == commentID):
		return violation("state.comment.parent_id", "must be another comment's id")
	}
	return nil
}

func checkLike(target activityv1.LikeTarget, liked bool) func(*Event) error {
	return func(e *Event) error {
		state := e.GetLike()
		switch {
		case state == nil:
			return violation("state", "must be a LikeState")
		case state.GetTarget() != target:
			return violation("state.like.target", "does not belong to the type")
		case state.GetLiked() != liked:
			return violation("state.like.liked", "does not belong to the type")
		}
		return nil
	}
}

func checkFollow(following bool) func(*Event) error {
	return func(e *Event) error {
		state := e.GetFollow()
		switch {
		case state == nil:
			return violation("state", "must be a FollowState")
		case state.GetFollowing() != following:
			return violation("state.follow.following", "does not belong to the type")
		case state.GetTargetMemberId() <= 0 || state.GetTargetMemberId() == e.GetMemberId():
			return violation("state.follow.target_member_id", "must be another member's id")
		}
		return nil
	}
}

func checkActiveMember(e *Event) error { return checkMember(e, true) }
func checkGoneMember(e *Event) error   { return checkMember(e, false) }

func checkMember(e *Event, active bool) error {
	state := e.GetMember()
	switch {
	case state == nil:
		return violation("state", "must be a MemberState")
	case state.GetActive() != active:
		return violation("state.member.active", "does not belong to the type")
	}
	return checkTimes("state.member", state.GetCreatedAt(), state.GetUpdatedAt())
}

func checkActiveMemberOrNone(e *Event) error {
	if e.GetState() == nil {
		return nil
	}
	return checkActiveMember(e)
}

func checkNoState(e *Event) error {
	if e.GetState() != nil {
		return violation("state", "must be absent")
	}
	return nil
}
