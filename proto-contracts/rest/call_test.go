package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
)

// got is what the server was asked.
type got struct {
	method, uri, body string
	header            http.Header
	form              map[string]string
}

// serve answers everything with status and body and tells what it was asked.
func serve(t *testing.T, status int, body string) (*httptest.Server, *got) {
	t.Helper()
	seen := &got{form: map[string]string{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if file, head, err := r.FormFile("image"); err == nil {
			content, _ := io.ReadAll(file)
			seen.form[head.Filename] = string(content)
		}
		content, _ := io.ReadAll(r.Body)
		seen.method, seen.uri, seen.body, seen.header = r.Method, r.RequestURI, string(content), r.Header
		w.Header().Set("X-Request-Id", "r-1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server, seen
}

func TestCallReturnsThePayload(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, 200, `{"status":200,"result":"SUCCESS","data":{"id":31,"content":"네","parentId":null}}`)
	client := contentrest.NewClient(server.URL+"/", server.Client(), rest.Bearer("t"))
	comment, err := client.UpdateComment(t.Context(), 31, contentrest.UpdateCommentRequest{Content: "네"}, rest.IdempotencyKey("k"))
	require.NoError(t, err)
	require.Equal(t, int64(31), comment.ID)
	require.Nil(t, comment.ParentID)
	require.Equal(t, "PUT /api/comments/31", seen.method+" "+seen.uri)
	require.JSONEq(t, `{"content":"네"}`, seen.body)
	require.Equal(t, "Bearer t", seen.header.Get("Authorization"))
	require.Equal(t, "k", seen.header.Get("Idempotency-Key"))
}

func TestCallTellsARefusalFromAnAnswerThatIsNone(t *testing.T) {
	t.Parallel()
	server, _ := serve(t, 404, `{"statusCode":404,"resultCode":"FAIL","code":"POST_NOT_FOUND","message":"없습니다","path":"/api/posts/7/like","requestId":"r-1"}`)
	_, err := contentrest.NewClient(server.URL, server.Client()).LikePost(t.Context(), 7)
	var failure *rest.Failure
	require.ErrorAs(t, err, &failure)
	require.Equal(t, "POST_NOT_FOUND", failure.Code)
	require.Equal(t, 404, failure.StatusCode)
	require.Equal(t, "r-1", failure.Header.Get("X-Request-Id"))
	require.EqualError(t, err, "/api/posts/7/like: 404 POST_NOT_FOUND (request r-1)")

	for status, body := range map[int]string{
		502: "<html>bad gateway</html>",
		200: "<html>login</html>",
		201: `{"status":201,"result":"FAIL","data":true}`,
		404: `{"statusCode":500,"code":"INTERNAL"}`,
	} {
		server, _ := serve(t, status, body)
		_, err := contentrest.NewClient(server.URL, server.Client()).LikePost(t.Context(), 7)
		var unexpected *rest.UnexpectedAnswer
		require.ErrorAs(t, err, &unexpected, body)
		require.Equal(t, status, unexpected.StatusCode)
		require.NotContains(t, err.Error(), "html>")
	}
}

func TestCallKeepsTheErrorOfTheTransport(t *testing.T) {
	t.Parallel()
	server, _ := serve(t, 200, `{}`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := contentrest.NewClient(server.URL, server.Client()).LikePost(ctx, 7)
	require.ErrorIs(t, err, context.Canceled)
}

func TestCallWritesParameters(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, 200, `{"status":200,"result":"SUCCESS","data":{}}`)
	page, size := 2, 5
	_, err := activityrest.NewClient(server.URL, server.Client()).ListMyActivities(t.Context(), activityrest.ListMyActivitiesParams{
		Types: []activityrest.ActivityType{activityrest.ActivityTypePostCreate, activityrest.ActivityTypeLikePost},
		Page:  &page, Size: &size,
	})
	require.NoError(t, err)
	require.Equal(t, "/api/member-activities?page=2&size=5&types=POST_CREATE%2CLIKE_POST", seen.uri)

	_, err = memberrest.NewClient(server.URL, server.Client()).GetProfileByHandle(t.Context(), "a/b?c")
	require.NoError(t, err)
	require.Equal(t, "/api/members/profile/@a%2Fb%3Fc", seen.uri)
}

func TestRequestsCanBeSentAgain(t *testing.T) {
	t.Parallel()
	server, _ := serve(t, 201, `{"status":201,"result":"SUCCESS","data":{}}`)
	again := doer(func(r *http.Request) (*http.Response, error) {
		if r.GetBody == nil {
			return nil, errors.New("the body cannot be sent again")
		}
		return server.Client().Do(r)
	})
	_, err := contentrest.NewClient(server.URL, again).CreatePost(t.Context(), contentrest.WritePostRequest{Content: "안녕"})
	require.NoError(t, err)
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

func TestOnAnswerShowsHeaders(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, 200, `{"status":200,"result":"SUCCESS","data":true}`)
	var id string
	_, err := memberrest.NewClient(server.URL, server.Client(), rest.InternalToken("secret")).RefreshToken(t.Context(),
		rest.Cookie(&http.Cookie{Name: "refresh_token", Value: "r"}),
		rest.OnAnswer(func(answer *http.Response) { id = answer.Header.Get("X-Request-Id") }))
	require.NoError(t, err)
	require.Equal(t, "r-1", id)
	require.Equal(t, "refresh_token=r", seen.header.Get("Cookie"))
	require.Equal(t, "secret", seen.header.Get("X-Internal-Token"))
}

func TestUploadIsAFormWithAFile(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, 200, `{"status":200,"result":"SUCCESS","data":"some-id"}`)
	id, err := imagerest.NewClient(server.URL, server.Client()).UploadImage(t.Context(), "cat.png", []byte("meow"))
	require.NoError(t, err)
	require.Equal(t, "some-id", id)
	require.Equal(t, map[string]string{"cat.png": "meow"}, seen.form)
}

func TestNullIsWrittenAndNeverLeftOut(t *testing.T) {
	t.Parallel()
	written, err := json.Marshal(contentrest.Comment{})
	require.NoError(t, err)
	require.Contains(t, string(written), `"parentId":null`)
	require.Contains(t, string(written), `"authorName":null`)
	profile, err := json.Marshal(memberrest.MemberProfile{})
	require.NoError(t, err)
	require.Contains(t, string(profile), `"gender":null`)
	require.Contains(t, string(profile), `"following":null`)
}
