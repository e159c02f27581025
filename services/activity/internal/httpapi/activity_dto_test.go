package httpapi

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

func TestToActivityWritesEveryField(t *testing.T) {
	t.Parallel()
	zone, err := wallclock.Load("Asia/Seoul")
	require.NoError(t, err)
	api := &API{Zone: zone}
	from := activity.Activity{
		ID: "id", Type: activity.CommentCreate, MemberID: 1, PostID: 2, CommentID: 3, TargetID: 4,
		CreatedAt: time.Date(2026, 11, 20, 15, 0, 1, 0, time.UTC), UpdatedAt: time.Date(2026, 11, 20, 15, 0, 2, 0, time.UTC),
	}
	require.Equal(t, activityrest.Activity{
		ID: "id", MemberID: 1, MemberName: new("name"), MemberHandle: new("handle"), PostID: new(int64(2)), CommentID: new(int64(3)), TargetMemberID: new(int64(4)),
		MemberActivityType: "COMMENT_CREATE", CreatedAt: "2026-11-21T00:00:01", UpdatedAt: "2026-11-21T00:00:02",
	}, api.toActivity(from, Name{Name: new("name"), Handle: new("handle")}))
	require.Equal(t, activityrest.Activity{
		ID: "id", MemberID: 1, MemberActivityType: "MEMBER_LOGIN", CreatedAt: "2026-11-21T00:00:01", UpdatedAt: "2026-11-21T00:00:02",
	}, api.toActivity(activity.Activity{ID: "id", Type: activity.MemberLogin, MemberID: 1, CreatedAt: from.CreatedAt, UpdatedAt: from.UpdatedAt}, Name{}))
}

func TestDraftsTakeEveryField(t *testing.T) {
	t.Parallel()
	one := new(int64(1))
	post, err := fromRecordPost(activityrest.RecordPostRequest{MemberID: one, PostID: 2, ActivityType: "POST_READ"})
	require.NoError(t, err)
	require.Equal(t, activity.Draft{Type: activity.PostRead, MemberID: 1, PostID: 2}, post)
	comment, err := fromRecordComment(activityrest.RecordCommentRequest{MemberID: one, PostID: 2, CommentID: 3, ActivityType: "COMMENT_READ"})
	require.NoError(t, err)
	require.Equal(t, activity.Draft{Type: activity.CommentRead, MemberID: 1, PostID: 2, CommentID: 3}, comment)
	like, err := fromRecordPostLike(activityrest.RecordPostLikeRequest{MemberID: one, PostID: 2, ActivityType: "LIKE_POST"})
	require.NoError(t, err)
	require.Equal(t, activity.Draft{Type: activity.LikePost, MemberID: 1, PostID: 2}, like)
	both, err := fromRecordCommentLike(activityrest.RecordCommentLikeRequest{MemberID: one, PostID: 2, CommentID: 3, ActivityType: "LIKE_COMMENT"})
	require.NoError(t, err)
	require.Equal(t, activity.Draft{Type: activity.LikeComment, MemberID: 1, PostID: 2, CommentID: 3}, both)
}
