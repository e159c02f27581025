package publisher

import (
	"fmt"
	"time"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

// toEvent maps a fact to the event that states it, under the given id.
func toEvent(fact content.Fact, eventID string) (*activityrecord.Event, error) {
	switch f := fact.(type) {
	case content.PostFact:
		return fromPostFact(f, eventID), nil
	case content.CommentFact:
		return fromCommentFact(f, eventID), nil
	case content.LikeFact:
		return fromLikeFact(f, eventID), nil
	}
	return nil, fmt.Errorf("no event for fact %T", fact)
}

func fromPostFact(f content.PostFact, eventID string) *activityrecord.Event {
	types := map[content.Change]activityrecord.Type{
		content.Created: activityv1.ActivityType_ACTIVITY_TYPE_POST_CREATE,
		content.Revised: activityv1.ActivityType_ACTIVITY_TYPE_POST_UPDATE,
		content.Deleted: activityv1.ActivityType_ACTIVITY_TYPE_POST_DELETE,
	}
	e := event(eventID, types[f.Change], f.Actor, f.Post.ID, f.At, f.Post.Version)
	e.State = &activityv1.MemberActivityEvent_Post{Post: &activityv1.PostState{
		AuthorId:  int64(f.Post.AuthorID),
		Title:     f.Post.Title,
		Content:   f.Post.Content,
		CreatedAt: activityrecord.Timestamp(f.Post.CreatedAt),
		UpdatedAt: activityrecord.Timestamp(f.Post.UpdatedAt),
		Deleted:   f.Post.Deleted,
	}}
	return e
}

func fromCommentFact(f content.CommentFact, eventID string) *activityrecord.Event {
	types := map[content.Change]activityrecord.Type{
		content.Created: activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_CREATE,
		content.Revised: activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_UPDATE,
		content.Deleted: activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_DELETE,
	}
	e := event(eventID, types[f.Change], f.Actor, f.Comment.PostID, f.At, f.Comment.Version)
	e.CommentId = int64(f.Comment.ID)
	e.State = &activityv1.MemberActivityEvent_Comment{Comment: &activityv1.CommentState{
		AuthorId:  int64(f.Comment.AuthorID),
		PostId:    int64(f.Comment.PostID),
		ParentId:  optionalID(f.Comment.ParentID),
		Depth:     int32(f.Comment.Depth),
		Content:   f.Comment.Content,
		CreatedAt: activityrecord.Timestamp(f.Comment.CreatedAt),
		UpdatedAt: activityrecord.Timestamp(f.Comment.UpdatedAt),
		Deleted:   f.Comment.Deleted,
	}}
	return e
}

func fromLikeFact(f content.LikeFact, eventID string) *activityrecord.Event {
	e := event(eventID, likeType(f), f.Actor, f.PostID, f.At, f.Version)
	target := activityv1.LikeTarget_LIKE_TARGET_POST
	if f.CommentID != 0 {
		target = activityv1.LikeTarget_LIKE_TARGET_COMMENT
		e.CommentId = int64(f.CommentID)
	}
	e.State = &activityv1.MemberActivityEvent_Like{Like: &activityv1.LikeState{Target: target, Liked: f.Liked}}
	return e
}

func likeType(f content.LikeFact) activityrecord.Type {
	switch {
	case f.CommentID == 0 && f.Liked:
		return activityv1.ActivityType_ACTIVITY_TYPE_LIKE_POST
	case f.CommentID == 0:
		return activityv1.ActivityType_ACTIVITY_TYPE_LIKE_POST_CANCEL
	case f.Liked:
		return activityv1.ActivityType_ACTIVITY_TYPE_LIKE_COMMENT
	default:
		return activityv1.ActivityType_ACTIVITY_TYPE_LIKE_COMMENT_CANCEL
	}
}

func event(id string, t activityrecord.Type, actor content.MemberID, post content.PostID, at time.Time, version int64) *activityrecord.Event {
	return &activityrecord.Event{
		EventId: id, Type: t, MemberId: int64(actor), PostId: int64(post),
		OccurredAt: activityrecord.Timestamp(at), Version: version,
	}
}

func optionalID(id content.CommentID) *int64 {
	if id == 0 {
		return nil
	}
	plain := int64(id)
	return &plain
}
