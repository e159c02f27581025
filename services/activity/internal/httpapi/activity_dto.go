package httpapi

import (
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func fromRecordPost(r activityrest.RecordPostRequest) (activity.Draft, error) {
	return draft(r.ActivityType, activity.PostTypes(), r.MemberID, &r.PostID, nil)
}

func fromRecordComment(r activityrest.RecordCommentRequest) (activity.Draft, error) {
	return draft(r.ActivityType, activity.CommentTypes(), r.MemberID, &r.PostID, &r.CommentID)
}

func fromRecordPostLike(r activityrest.RecordPostLikeRequest) (activity.Draft, error) {
	return draft(r.ActivityType, activity.PostLikeTypes(), r.MemberID, &r.PostID, nil)
}

func fromRecordCommentLike(r activityrest.RecordCommentLikeRequest) (activity.Draft, error) {
	return draft(r.ActivityType, activity.CommentLikeTypes(), r.MemberID, &r.PostID, &r.CommentID)
}

// draft checks what all of the requests have; nil ids are not asked for.
func draft(name string, fitting []activity.Type, memberID, postID, commentID *int64) (activity.Draft, error) {
	var broken apierr.Violations
	d := activity.Draft{
		Type:      activity.Type(name),
		MemberID:  activity.MemberID(optionalID(&broken, "memberId", memberID)),
		PostID:    activity.PostID(optionalID(&broken, "postId", postID)),
		CommentID: activity.CommentID(optionalID(&broken, "commentId", commentID)),
	}
	if !slices.Contains(fitting, d.Type) {
		names := join(fitting)
		broken.Add("activityType", names+" 중 하나여야 합니다", "must be one of "+names)
	}
	return d, broken.Err()
}

func optionalID(broken *apierr.Violations, field string, id *int64) int64 {
	if id == nil {
		return 0
	}
	if *id < 1 || *id > httpserver.MaxID {
		broken.Add(field, "올바른 ID가 아닙니다", "must be a positive integer below 2^53")
	}
	return *id
}

func join(types []activity.Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

// Name is how a member signs; a nil field is not known.
type Name struct {
	Name   *string
	Handle *string
}

func (a *API) toActivity(from activity.Activity, name Name) activityrest.Activity {
	return activityrest.Activity{
		ID:                 string(from.ID),
		MemberID:           int64(from.MemberID),
		MemberName:         name.Name,
		MemberHandle:       name.Handle,
		PostID:             nullable(from.PostID),
		CommentID:          nullable(from.CommentID),
		TargetMemberID:     nullable(from.TargetID),
		MemberActivityType: activityrest.ActivityType(from.Type),
		CreatedAt:          a.Zone.Dashed(from.CreatedAt),
		UpdatedAt:          a.Zone.Dashed(from.UpdatedAt),
	}
}

func nullable[ID ~int64](id ID) *int64 {
	if id == 0 {
		return nil
	}
	plain := int64(id)
	return &plain
}
