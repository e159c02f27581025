package eventconsumer

import (
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
)

// toActivity is what an event tells of. The event must be valid.
func toActivity(e *activityrecord.Event) activity.Activity {
	at := e.GetOccurredAt().AsTime()
	return activity.FromEvent(activity.Activity{
		Key:       activityrecord.Key(e),
		EventID:   e.GetEventId(),
		Type:      activity.Type(activityrecord.TypeName(e.GetType())),
		MemberID:  activity.MemberID(e.GetMemberId()),
		PostID:    activity.PostID(e.GetPostId()),
		CommentID: activity.CommentID(e.GetCommentId()),
		TargetID:  activity.MemberID(e.GetFollow().GetTargetMemberId()),
		Version:   e.GetVersion(),
		CreatedAt: at,
		UpdatedAt: at,
	})
}

// KeyOf is the message key that the event of an activity about a post or a
// comment would have; "" for a type that no event has.
func KeyOf(a activity.Activity) string {
	kind, err := activityrecord.ParseType(string(a.Type))
	if err != nil {
		return ""
	}
	return activityrecord.Key(&activityrecord.Event{
		Type:       kind,
		MemberId:   int64(a.MemberID),
		PostId:     int64(a.PostID),
		CommentId:  int64(a.CommentID),
		OccurredAt: activityrecord.Timestamp(a.CreatedAt.Truncate(time.Microsecond)),
	})
}
