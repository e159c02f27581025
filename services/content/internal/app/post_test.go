package app

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestP1CreatesAPost(t *testing.T) {
	t.Parallel()
	f := start(t)
	got := f.as(t, 7, "POST", "/api/posts", `{"title":"한강","content":"자전거 🚲 <b>"}`).requireOK(t, 201).post(t)
	require.Equal(t, "한강", got.Title)
	require.Equal(t, "자전거 🚲 <b>", got.Content)
	require.EqualValues(t, 7, got.AuthorID)
	require.Zero(t, got.LikeCount+got.CommentCount+got.ViewCount)
	require.False(t, got.Liked)
	require.Equal(t, got.CreatedAt, got.UpdatedAt)
	require.Regexp(t, `^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`, got.CreatedAt)
	require.Nil(t, got.AuthorName, "member cannot tell names here, and the write succeeds")
	require.Empty(t, f.as(t, 7, "POST", "/api/posts", `{"content":"제목 없음"}`).requireOK(t, 201).post(t).Title)
	require.Empty(t, f.as(t, 7, "POST", "/api/posts/", `{"content":"a","title":null,"unknown":1}`, "Content-Type", "text/plain").requireOK(t, 201).post(t).Title)
}

func TestP2ChangesAPost(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.as(t, 7, "POST", "/api/posts", `{"title":"처음","content":"a"}`).post(t).ID
	f.as(t, 8, "POST", path("/api/posts/", id, "/like"), "").requireOK(t, 200)
	f.as(t, 7, "POST", path("/api/posts/", id, "/like"), "").requireOK(t, 200)
	got := f.as(t, 7, "PUT", path("/api/posts/", id), `{"content":"b"}`).requireOK(t, 200).post(t)
	require.Equal(t, "처음", got.Title)
	require.Equal(t, "b", got.Content)
	require.EqualValues(t, 2, got.LikeCount, "with the true counts")
	require.True(t, got.Liked, "liked is the caller's")
	f.as(t, 8, "PUT", path("/api/posts/", id), `{"content":"b"}`).requireCode(t, 403, "POST_UPDATE_FORBIDDEN")
	f.as(t, 7, "PUT", "/api/posts/999999", `{"content":"b"}`).requireCode(t, 404, "POST_NOT_FOUND")
}

func TestP3DeletesAPost(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).post(t).ID
	f.as(t, 8, "DELETE", path("/api/posts/", id), "").requireCode(t, 403, "POST_DELETE_FORBIDDEN")
	require.Equal(t, "true", string(f.as(t, 7, "DELETE", path("/api/posts/", id), "").requireOK(t, 200).Data))
	f.as(t, 7, "DELETE", path("/api/posts/", id), "").requireCode(t, 404, "POST_NOT_FOUND")
	f.as(t, 7, "POST", "/api/comments", path(`{"content":"c","postId":`, id, `}`)).requireCode(t, 404, "POST_NOT_FOUND")
}

func TestP4P5LikeAndUnlikeAPost(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.as(t, 7, "POST", "/api/posts", `{"content":"a"}`).post(t).ID
	like := path("/api/posts/", id, "/like")
	require.Equal(t, "true", string(f.as(t, 7, "POST", like, "").requireOK(t, 200).Data))
	f.as(t, 7, "POST", like, "").requireCode(t, 400, "POST_LIKE_ALREADY_EXISTS")
	f.as(t, 7, "DELETE", like, "").requireOK(t, 200)
	f.as(t, 7, "DELETE", like, "").requireCode(t, 400, "POST_LIKE_CANCEL_ALREADY_COMMITTED")
	f.as(t, 7, "POST", "/api/posts/999999/like", "").requireCode(t, 404, "POST_NOT_FOUND")
}

func TestTextsAndIdsOfPostsKeepTheirRules(t *testing.T) {
	t.Parallel()
	f := start(t)
	for name, tc := range map[string]struct {
		body, code string
		fields     []string
	}{
		"blank":            {`{"content":" \u3000\n"}`, "VALIDATION_FAILED", []string{"content"}},
		"absent":           {`{"title":"x"}`, "VALIDATION_FAILED", []string{"content"}},
		"null":             {`{"content":null}`, "VALIDATION_FAILED", []string{"content"}},
		"both too long":    {`{"title":"` + strings.Repeat("가", 101) + `","content":"` + strings.Repeat("가", 5001) + `"}`, "VALIDATION_FAILED", []string{"title", "content"}},
		"control":          {`{"content":"a\u0000b"}`, "VALIDATION_FAILED", []string{"content"}},
		"wrong type":       {`{"content":7}`, "MALFORMED_REQUEST", nil},
		"broken":           {`{"content":`, "MALFORMED_REQUEST", nil},
		"twice":            {`{"content":"a","content":"b"}`, "MALFORMED_REQUEST", nil},
		"two values":       {`{"content":"a"}{}`, "MALFORMED_REQUEST", nil},
		"a null body":      {`null`, "MALFORMED_REQUEST", nil},
		"an empty body":    {``, "MALFORMED_REQUEST", nil},
		"invalid UTF-8":    {"{\"content\":\"\xff\"}", "MALFORMED_REQUEST", nil},
		"a lone surrogate": {`{"content":"\ud800"}`, "MALFORMED_REQUEST", nil},
	} {
		got := f.as(t, 7, "POST", "/api/posts", tc.body)
		got.requireCode(t, 400, tc.code)
		var fields []string
		for _, e := range got.Errors {
			fields = append(fields, e.Field)
		}
		require.Equal(t, tc.fields, fields, name)
	}
	for _, id := range []string{"0", "-1", "foo", "1.5", "9007199254740992", "99999999999999999999", "01", "%20"} {
		f.as(t, 7, "DELETE", "/api/posts/"+id, "").requireCode(t, 400, "VALIDATION_FAILED")
	}
	f.as(t, 7, "POST", "/api/posts", `{"content":"`+strings.Repeat("a", 1<<20)+`"}`).requireCode(t, 413, "PAYLOAD_TOO_LARGE")
}

func TestEveryRouteOfTheContractIsMountedAndNoOther(t *testing.T) {
	t.Parallel()
	f := start(t)
	want := map[string]bool{}
	for _, r := range contract.Routes() {
		want[r.Method+" "+r.Path] = true
	}
	for _, route := range f.service.server.Routes() {
		method, p, _ := strings.Cut(route, " ")
		parts := strings.Split(p, "/")
		for i, part := range parts {
			if name, ok := strings.CutPrefix(part, ":"); ok {
				parts[i] = "{" + name + "}"
			}
		}
		key := method + " " + strings.Join(parts, "/")
		require.Truef(t, want[key], "%s is not in the contract", key)
		delete(want, key)
	}
	require.Empty(t, want)
}
