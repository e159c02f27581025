package publisher_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/services/content/internal/publisher"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
)

type outbox struct{ letters []deadletter.Letter }

func (o *outbox) Append(_ context.Context, letters ...deadletter.Letter) error {
	o.letters = append(o.letters, letters...)
	return nil
}

const eventID = "0193482e-7d7f-7000-8000-000000000001"

func record(t *testing.T, fact content.Fact) (deadletter.Letter, *activityrecord.Event) {
	t.Helper()
	var out outbox
	r := publisher.Recorder{
		Outbox: &out, NewID: func() string { return eventID }, TopicPrefix: "member-activity-",
		Traceparent: func(context.Context) string { return "00-trace-span-01" },
	}
	require.NoError(t, r.Record(t.Context(), fact))
	require.Len(t, out.letters, 1)
	event, err := activityrecord.Decode(out.letters[0].Payload)
	require.NoError(t, err)
	return out.letters[0], event
}

func TestEachFactBecomesTheEventThatStatesIt(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 23, 59, 59, 123456000, time.UTC)
	post := content.Post{ID: 7, AuthorID: 2, Title: "제목", Content: "글", CreatedAt: at, UpdatedAt: at, Version: 3}
	deletedPost := post
	deletedPost.Deleted = true
	comment := content.Comment{ID: 31, PostID: 7, ParentID: 30, Depth: 1, AuthorID: 4, Content: "답", CreatedAt: at, UpdatedAt: at, Version: 5}
	deletedComment := comment
	deletedComment.Deleted = true
	const prefix = "member_activity:kafka_event:"
	for name, tc := range map[string]struct {
		fact content.Fact
		typ  activityv1.ActivityType
		key  string
	}{
		"post created":    {content.PostFact{Change: content.Created, Actor: 2, At: at, Post: post}, activityv1.ActivityType_ACTIVITY_TYPE_POST_CREATE, "POST_CREATE###7###2"},
		"post revised":    {content.PostFact{Change: content.Revised, Actor: 2, At: at, Post: post}, activityv1.ActivityType_ACTIVITY_TYPE_POST_UPDATE, "POST_UPDATE###7###2###2026-11-20 23:59:59.123456000"},
		"post deleted":    {content.PostFact{Change: content.Deleted, Actor: 2, At: at, Post: deletedPost}, activityv1.ActivityType_ACTIVITY_TYPE_POST_DELETE, "POST_DELETE###7###2###2026-11-20 23:59:59.123456000"},
		"comment created": {content.CommentFact{Change: content.Created, Actor: 4, At: at, Comment: comment}, activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_CREATE, "COMMENT_CREATE###31###4"},
		"comment revised": {content.CommentFact{Change: content.Revised, Actor: 4, At: at, Comment: comment}, activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_UPDATE, "COMMENT_UPDATE###31###4###2026-11-20 23:59:59.123456000"},
		"reply deleted":   {content.CommentFact{Change: content.Deleted, Actor: 9, At: at, Comment: deletedComment}, activityv1.ActivityType_ACTIVITY_TYPE_COMMENT_DELETE, "COMMENT_DELETE###31###9###2026-11-20 23:59:59.123456000"},
		"post liked":      {content.LikeFact{Liked: true, Actor: 9, At: at, PostID: 7, Version: 1}, activityv1.ActivityType_ACTIVITY_TYPE_LIKE_POST, "LIKE_POST###7###9"},
		"post unliked":    {content.LikeFact{Actor: 9, At: at, PostID: 7, Version: 2}, activityv1.ActivityType_ACTIVITY_TYPE_LIKE_POST_CANCEL, "LIKE_POST_CANCEL###7###9"},
		"comment liked":   {content.LikeFact{Liked: true, Actor: 9, At: at, PostID: 7, CommentID: 31, Version: 1}, activityv1.ActivityType_ACTIVITY_TYPE_LIKE_COMMENT, "LIKE_COMMENT###31###9"},
		"comment unliked": {content.LikeFact{Actor: 9, At: at, PostID: 7, CommentID: 31, Version: 2}, activityv1.ActivityType_ACTIVITY_TYPE_LIKE_COMMENT_CANCEL, "LIKE_COMMENT_CANCEL###31###9"},
	} {
		letter, event := record(t, tc.fact)
		require.Equal(t, tc.typ, event.GetType(), name)
		require.Equal(t, prefix+tc.key, letter.MessageKey, name)
		require.Equal(t, "member-activity-20261120", letter.Topic, name)
		require.EqualValues(t, 7, letter.PartitionID, "%s: everything about a post is in one partition", name)
		require.Equal(t, eventID, letter.EventID, name)
		require.Equal(t, at, event.GetOccurredAt().AsTime(), name)
	}
}

func TestAnEventCarriesTheStateAfterTheChange(t *testing.T) {
	t.Parallel()
	at := func(n int64) time.Time { return time.Unix(1_790_000_000+n, 0).UTC() }
	_, event := record(t, content.PostFact{Change: content.Deleted, Actor: 1, At: at(1), Post: content.Post{
		ID: 2, AuthorID: 3, Title: "4", Content: "5", CreatedAt: at(6), UpdatedAt: at(7), Version: 8, Deleted: true,
	}})
	require.EqualValues(t, 8, event.GetVersion())
	post := event.GetPost()
	require.EqualValues(t, 3, post.GetAuthorId())
	require.Equal(t, "4", post.GetTitle())
	require.Equal(t, "5", post.GetContent())
	require.Equal(t, []time.Time{at(6), at(7)}, []time.Time{post.GetCreatedAt().AsTime(), post.GetUpdatedAt().AsTime()})
	require.True(t, post.GetDeleted())

	_, event = record(t, content.CommentFact{Change: content.Created, Actor: 1, At: at(1), Comment: content.Comment{
		ID: 2, PostID: 3, ParentID: 4, Depth: 2, AuthorID: 5, Content: "6", CreatedAt: at(7), UpdatedAt: at(8), Version: 9,
	}})
	comment := event.GetComment()
	require.Equal(t, []int64{2, 3, 3, 4, 2, 5, 9}, []int64{
		event.GetCommentId(), event.GetPostId(), comment.GetPostId(), comment.GetParentId(), int64(comment.GetDepth()), comment.GetAuthorId(), event.GetVersion(),
	})
	require.Equal(t, "6", comment.GetContent())
	require.Equal(t, []time.Time{at(7), at(8)}, []time.Time{comment.GetCreatedAt().AsTime(), comment.GetUpdatedAt().AsTime()})
}
