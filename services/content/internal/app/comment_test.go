package app

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestC1C2WriteCommentsAndReplies(t *testing.T) {
	t.Parallel()
	f := start(t)
	post := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).post(t).ID
	top := f.as(t, 8, "POST", "/api/comments", path(`{"content":"댓글","postId":`, post, `,"parentId":null}`)).requireOK(t, 200).comment(t)
	require.Zero(t, top.Depth)
	require.Nil(t, top.ParentID)
	require.EqualValues(t, 8, top.AuthorID)
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`, top.CreatedAt)
	reply := f.as(t, 7, "POST", "/api/comments/replies", path(`{"content":"답","postId":`, post, `,"parentId":`, top.ID, `}`)).requireOK(t, 200).comment(t)
	require.Equal(t, 1, reply.Depth)
	require.Equal(t, top.ID, *reply.ParentID)
	second := f.as(t, 7, "POST", "/api/comments", path(`{"content":"답","postId":`, post, `,"parentId":`, reply.ID, `}`)).requireOK(t, 200).comment(t)
	require.Equal(t, 2, second.Depth)
	f.as(t, 7, "POST", "/api/comments", path(`{"content":"답","postId":`, post, `,"parentId":`, second.ID, `}`)).requireCode(t, 400, "COMMENT_DEPTH_LIMIT_EXCEEDS")
	f.as(t, 7, "POST", "/api/comments", path(`{"content":"답","postId":`, post, `,"parentId":999999}`)).requireCode(t, 404, "PARENT_COMMENT_NOT_FOUND")
	other := f.as(t, 7, "POST", "/api/posts", `{"content":"b"}`).post(t).ID
	f.as(t, 7, "POST", "/api/comments", path(`{"content":"답","postId":`, other, `,"parentId":`, top.ID, `}`)).requireCode(t, 400, "PARENT_COMMENT_POST_ID_NOT_EQUALS")
	f.as(t, 7, "POST", "/api/comments", `{"content":"답","postId":999999}`).requireCode(t, 404, "POST_NOT_FOUND")
}

func TestC3ChangesAComment(t *testing.T) {
	t.Parallel()
	f := start(t)
	post := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).post(t).ID
	id := f.as(t, 8, "POST", "/api/comments", path(`{"content":"c","postId":`, post, `}`)).comment(t).ID
	require.Equal(t, "고침", f.as(t, 8, "PUT", path("/api/comments/", id), `{"content":"고침"}`).requireOK(t, 200).comment(t).Content)
	f.as(t, 7, "PUT", path("/api/comments/", id), `{"content":"x"}`).requireCode(t, 403, "COMMENT_MODIFICATION_PERMISSION_DENIED")
	f.as(t, 8, "PUT", path("/api/comments/", id), `{"content":"`+strings.Repeat("글", 1001)+`"}`).requireCode(t, 400, "VALIDATION_FAILED")
	f.as(t, 8, "PUT", "/api/comments/999999", `{"content":"x"}`).requireCode(t, 404, "COMMENT_NOT_FOUND")
}

func TestC4DeletesACommentWithItsReplies(t *testing.T) {
	t.Parallel()
	f := start(t)
	post := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).post(t).ID
	top := f.as(t, 8, "POST", "/api/comments", path(`{"content":"c","postId":`, post, `}`)).comment(t).ID
	reply := f.as(t, 9, "POST", "/api/comments/replies", path(`{"content":"r","postId":`, post, `,"parentId":`, top, `}`)).comment(t).ID
	f.as(t, 9, "DELETE", path("/api/comments/", top), "").requireCode(t, 403, "COMMENT_DELETION_PERMISSION_DENIED")
	f.as(t, 8, "DELETE", path("/api/comments/", top), "").requireOK(t, 200)
	f.as(t, 9, "PUT", path("/api/comments/", reply), `{"content":"x"}`).requireCode(t, 404, "COMMENT_NOT_FOUND")
	got := f.as(t, 7, "PUT", path("/api/posts/", post), `{"content":"b"}`).post(t)
	require.Zero(t, got.CommentCount)
}

func TestC5C6LikeAndUnlikeAComment(t *testing.T) {
	t.Parallel()
	f := start(t)
	post := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).post(t).ID
	id := f.as(t, 8, "POST", "/api/comments", path(`{"content":"c","postId":`, post, `}`)).comment(t).ID
	like := path("/api/comments/", id, "/like")
	f.as(t, 8, "POST", like, "").requireOK(t, 201)
	f.as(t, 8, "POST", like, "").requireCode(t, 400, "COMMENT_LIKE_ALREADY_EXISTS")
	got := f.as(t, 8, "PUT", path("/api/comments/", id), `{"content":"d"}`).comment(t)
	require.EqualValues(t, 1, got.LikeCount)
	require.True(t, got.Liked)
	f.as(t, 8, "DELETE", like, "").requireOK(t, 204)
	f.as(t, 8, "DELETE", like, "").requireCode(t, 400, "COMMENT_LIKE_CANCEL_ALREADY_COMMITTED")
	f.as(t, 8, "POST", "/api/comments/999999/like", "").requireCode(t, 404, "COMMENT_NOT_FOUND")
}

func TestIdsInCommentsKeepTheirRules(t *testing.T) {
	t.Parallel()
	f := start(t)
	for body, fields := range map[string][]string{
		`{"content":"c"}`:                          {"postId"},
		`{"content":"c","postId":0,"parentId":-1}`: {"postId", "parentId"},
		`{"postId":0}`:                             {"content", "postId"},
		`{"content":"c","postId":9007199254740992,"parentId":1}`: {"postId"},
	} {
		got := f.as(t, 7, "POST", "/api/comments", body)
		got.requireCode(t, 400, "VALIDATION_FAILED")
		var seen []string
		for _, e := range got.Errors {
			seen = append(seen, e.Field)
		}
		require.Equal(t, fields, seen)
	}
	f.as(t, 7, "POST", "/api/comments/replies", `{"content":"c","postId":1}`).requireCode(t, 400, "VALIDATION_FAILED")
	f.as(t, 7, "POST", "/api/comments", `{"content":"c","postId":"1"}`).requireCode(t, 400, "MALFORMED_REQUEST")
}
