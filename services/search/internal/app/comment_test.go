package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// thread is a post with comments and a reply.
func thread(t *testing.T) *fleet {
	t.Helper()
	f := start(t)
	reply := comment(13, 1, "그 다리에서 자전거를 탔어요")
	reply.ParentID, reply.Depth, reply.AuthorID = 11, 1, 1
	f.write(t, post(1, "", "한강"), post(2, "", "남산"))
	f.write(t, comment(11, 1, "Which bridge did you cross? <b>자전거</b>"), comment(12, 1, "좋아요"), reply, comment(14, 2, "자전거길"))
	f.await(t, "comments", "자전거", 11, 13, 14)
	f.await(t, "comments", "좋아요", 12)
	return f
}

func TestS2FindsComments(t *testing.T) {
	t.Parallel()
	f := thread(t)
	require.Equal(t, []int64{11}, f.search(t, "comments", "bridges 자전거").ids())
	require.ElementsMatch(t, []int64{13}, f.search(t, "comments", "자전거 from:haneul_kim").ids())
	require.Equal(t, []int64{14, 13, 11}, f.search(t, "comments", "자전거", "sort", "recent").ids())
	got := f.as(t, 7, "GET", "/api/search/comments?keyword=%EB%8B%A4%EB%A6%AC", "")
	require.JSONEq(t, `{"pk":13,"parentPk":11,"postPk":1,"content":"그 다리에서 자전거를 탔어요","author":"작가 1","authorId":1,"authorHandle":"haneul_kim",
		"depth":1,"createdAt":"2026-11-20T09:00:13","updatedAt":"2026-11-20T09:00:13","replyCount":1,
		"highlight":"그 <em>다리</em>에서 자전거를 탔어요"}`, string(onlyOf(t, got)))
	require.Equal(t, "Which <em>bridge</em> did you cross? &lt;b&gt;자전거&lt;/b&gt;", *f.search(t, "comments", "bridge").Content[0].Highlight)
}

func TestS3ListsTheCommentsOfAPostNewestFirst(t *testing.T) {
	t.Parallel()
	f := thread(t)
	got := f.page(t, "/api/search/comments/posts/1")
	require.Equal(t, []int64{13, 12, 11}, got.ids())
	require.EqualValues(t, 3, got.TotalElements)
	require.Nil(t, got.Content[0].Highlight)
	require.Nil(t, got.Content[2].ParentPK)
	require.Equal(t, []int64{11}, f.page(t, "/api/search/comments/posts/1?size=2&page=1").ids())
	require.Empty(t, f.page(t, "/api/search/comments/posts/999").ids())
	f.as(t, 7, "GET", "/api/search/comments/posts/x", "").requireCode(t, 400, "VALIDATION_FAILED")
	f.as(t, 7, "GET", "/api/search/comments/posts/1?page=-1", "").requireCode(t, 400, "VALIDATION_FAILED")
	f.as(t, 0, "GET", "/api/search/comments/posts/1", "").requireCode(t, 401, "BEARER_TOKEN_MISSING")
}

func TestS2S3GiveTenAtATimeUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	f := start(t)
	all := []any{post(1, "", "한강")}
	for id := range int64(12) {
		all = append(all, comment(11+id, 1, "자전거"))
	}
	f.write(t, all...)
	require.Eventually(t, func() bool { return f.search(t, "comments", "자전거").TotalElements == 12 }, 20*time.Second, 20*time.Millisecond)
	newest := []int64{22, 21, 20, 19, 18, 17, 16, 15, 14, 13}
	require.Equal(t, newest, f.search(t, "comments", "자전거").ids(), "the same words: the newest first")
	require.Equal(t, newest, f.page(t, "/api/search/comments/posts/1").ids())
	require.Equal(t, []int64{12, 11}, f.page(t, "/api/search/comments/posts/1?page=1").ids())
	require.Len(t, f.search(t, "comments", "자전거", "size", "12").ids(), 12)
}

func TestS2S3ADeletedCommentIsNeverShownWhileTheProjectionIsBehind(t *testing.T) {
	t.Parallel()
	f := thread(t)
	gone := comment(11, 1, "")
	gone.Version, gone.Deleted = 2, true
	f.know(gone)
	require.Equal(t, []int64{14, 13}, f.search(t, "comments", "자전거", "sort", "recent").ids())
	require.Equal(t, []int64{13, 12}, f.page(t, "/api/search/comments/posts/1").ids())
	f.tell(t, gone)
	f.await(t, "comments", "bridge")
}

func TestS2S3TheCommentsOfADeletedPostAreGoneWhicheverComesFirst(t *testing.T) {
	t.Parallel()
	f := thread(t)
	gone := post(1, "", "")
	gone.Version, gone.Deleted = 2, true
	late := comment(15, 1, "늦은 자전거")
	f.tell(t, gone, late)
	f.tell(t, comment(16, 2, "새 자전거"))
	f.know(late, comment(16, 2, "새 자전거")) // the post is still known: only the projection hides
	f.await(t, "comments", "자전거", 14, 16)
	require.Empty(t, f.page(t, "/api/search/comments/posts/1").ids())
	edited := comment(13, 1, "고친 자전거")
	edited.Version = 2
	f.know(edited)
	f.tell(t, edited, comment(17, 2, "끝"))
	f.know(comment(17, 2, "끝"))
	f.await(t, "comments", "끝", 17)
	require.Empty(t, f.search(t, "comments", "고친").ids(), "an edit of a comment does not bring it back")
}

func TestS2WithoutMemberCommentsAreShownWithoutNames(t *testing.T) {
	t.Parallel()
	f := thread(t)
	f.memberDown.Store(true)
	f.service.redis.Conn().FlushDB(t.Context()) // nobody's name is known
	got := f.search(t, "comments", "bridge")
	require.Equal(t, []int64{11}, got.ids())
	require.Nil(t, got.Content[0].Author)
	require.Nil(t, got.Content[0].AuthorHandle)
}

func TestS2S3WithoutTimelineNothingIsShown(t *testing.T) {
	t.Parallel()
	f := thread(t)
	f.timelineDown.Store(true)
	f.as(t, 7, "GET", "/api/search/comments?keyword=bridge", "").requireCode(t, 503, "SERVICE_UNAVAILABLE")
	f.as(t, 7, "GET", "/api/search/comments/posts/1", "").requireCode(t, 503, "SERVICE_UNAVAILABLE")
}
