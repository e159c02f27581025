package app

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/config"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

const prefix = "/api/member-activities"

// recordings are A1 to A4 with the types that fit each.
var recordings = map[string]struct {
	path  string
	types []string
	ids   string
}{
	"A1": {"/posts", []string{"POST_CREATE", "POST_UPDATE", "POST_DELETE", "POST_READ"}, `"postId":70`},
	"A2": {"/comments", []string{"COMMENT_CREATE", "COMMENT_UPDATE", "COMMENT_DELETE", "COMMENT_READ"}, `"postId":70,"commentId":700`},
	"A3": {"/posts/likes", []string{"LIKE_POST", "LIKE_POST_CANCEL"}, `"postId":70`},
	"A4": {"/comments/likes", []string{"LIKE_COMMENT", "LIKE_COMMENT_CANCEL"}, `"postId":70,"commentId":700`},
}

func TestA1A2A3A4RecordWhatTheCallerDid(t *testing.T) {
	t.Parallel()
	f := start(t)
	for name, r := range recordings {
		for _, kind := range r.types {
			got := f.as(t, 7, "POST", prefix+r.path, fmt.Sprintf(`{"memberId":7,%s,"activityType":%q}`, r.ids, kind)).requireOK(t, 201).activity(t)
			require.Equal(t, kind, string(got.MemberActivityType), name)
			require.EqualValues(t, 7, got.MemberID)
			require.EqualValues(t, 70, *got.PostID)
			require.Equal(t, name == "A2" || name == "A4", got.CommentID != nil)
			require.Nil(t, got.MemberName)
			require.Nil(t, got.MemberHandle)
			require.Nil(t, got.TargetMemberID)
			require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`, got.CreatedAt)
			require.Equal(t, got.CreatedAt, got.UpdatedAt)
			require.Regexp(t, `^[0-9a-f]{24}$`, got.ID)
		}
	}
	require.Len(t, f.mine(t, 7), 12)
	require.Empty(t, f.mine(t, 8))
}

func TestA1A2A3A4TakeTheCallerWhereMemberIdIsAbsent(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, r := range recordings {
		for _, member := range []string{``, `"memberId":null,`} {
			body := fmt.Sprintf(`{%s%s,"activityType":%q,"unknown":1}`, member, r.ids, r.types[0])
			require.EqualValues(t, 7, f.as(t, 7, "POST", prefix+r.path+"/", body).requireOK(t, 201).activity(t).MemberID)
		}
	}
}

func TestA1A2A3A4RefuseAnotherMembersActivity(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, r := range recordings {
		body := fmt.Sprintf(`{"memberId":8,%s,"activityType":%q}`, r.ids, r.types[0])
		f.as(t, 7, "POST", prefix+r.path, body).requireCode(t, 403, "ACTIVITY_FORBIDDEN")
	}
	require.Empty(t, f.mine(t, 7))
	require.Empty(t, f.mine(t, 8))
}

func TestA1A2A3A4RefuseTypesThatDoNotFit(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, r := range recordings {
		for _, other := range append(recordings["A1"].types, "MEMBER_FOLLOW", "LIKE_POST", "LIKE_COMMENT", "COMMENT_READ", "post_create", "", "X") {
			if fits := map[string]bool{r.types[0]: true, r.types[1]: true, r.types[len(r.types)-1]: true}; fits[other] || len(r.types) > 2 && other == r.types[2] {
				continue
			}
			f.as(t, 7, "POST", prefix+r.path, fmt.Sprintf(`{%s,"activityType":%q}`, r.ids, other)).requireCode(t, 400, "VALIDATION_FAILED", "activityType")
		}
	}
}

func TestA1A2A3A4NameEachIdThatIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, c := range []struct {
		path, body string
		fields     []string
	}{
		{"/posts", `{"activityType":"POST_CREATE"}`, []string{"postId"}},
		{"/posts", `{"postId":null,"activityType":"POST_CREATE"}`, []string{"postId"}},
		{"/posts", `{"postId":7}`, []string{"activityType"}},
		{"/posts", `{}`, []string{"postId", "activityType"}},
		{"/posts", `{"memberId":0,"postId":-1,"activityType":"POST_CREATE"}`, []string{"memberId", "postId"}},
		{"/posts", `{"postId":9007199254740992,"activityType":"POST_CREATE"}`, []string{"postId"}},
		{"/comments", `{"postId":7,"activityType":"COMMENT_CREATE"}`, []string{"commentId"}},
		{"/comments", `{"commentId":7,"activityType":"COMMENT_CREATE"}`, []string{"postId"}},
		{"/posts/likes", `{"activityType":"LIKE_POST"}`, []string{"postId"}},
		{"/comments/likes", `{"activityType":"LIKE_COMMENT"}`, []string{"postId", "commentId"}},
	} {
		f.as(t, 7, "POST", prefix+c.path, c.body).requireCode(t, 400, "VALIDATION_FAILED", c.fields...)
	}
	for _, body := range []string{``, `null`, `{`, `{"postId":"7","activityType":"POST_CREATE"}`, `{"postId":1.5,"activityType":"POST_CREATE"}`, `{"postId":7,"postId":7}`, `[]`} {
		f.as(t, 7, "POST", prefix+"/posts", body).requireCode(t, 400, "MALFORMED_REQUEST")
	}
}

func TestTheSameLikeIsRecordedOnce(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.apply(t, likeEvent(activityrecord.LikePost, 7, 70, 0, 1, at(0)))
	first := f.as(t, 7, "GET", prefix, "").page(t).Content[0]
	again := f.as(t, 7, "POST", prefix+"/posts/likes", `{"postId":70,"activityType":"LIKE_POST"}`).requireOK(t, 201).activity(t)
	require.Equal(t, first, again, "what a member says of a thing with a version changes nothing")
	require.Equal(t, []string{"LIKE_POST 70"}, f.mine(t, 7))
}

func TestARepeatedRecordingIsTheSameOnAnyReplica(t *testing.T) {
	t.Parallel()
	f := start(t)
	const body = `{"postId":70,"activityType":"POST_UPDATE"}`
	first := f.as(t, 7, "POST", prefix+"/posts", body, "Idempotency-Key", "k-1").requireOK(t, 201)
	f.join(t)
	again := f.as(t, 7, "POST", prefix+"/posts", body, "Idempotency-Key", "k-1").requireOK(t, 201)
	require.Equal(t, first.raw, again.raw)
	require.Equal(t, []string{"true"}, again.header.Values("Idempotency-Replayed"))
	f.as(t, 7, "POST", prefix+"/posts", `{"postId":71,"activityType":"POST_UPDATE"}`, "Idempotency-Key", "k-1").requireCode(t, 422, "IDEMPOTENCY_KEY_REUSED")
	f.as(t, 8, "POST", prefix+"/posts", body, "Idempotency-Key", "k-1").requireOK(t, 201)
	require.Equal(t, []string{"POST_UPDATE 70"}, f.mine(t, 7))
	require.Equal(t, []string{"POST_UPDATE 70"}, f.mine(t, 8))
}

func TestARepeatIsKnownWhereRedisHasForgottenTheAnswer(t *testing.T) {
	t.Parallel()
	f := start(t)
	const body = `{"postId":70,"activityType":"POST_READ"}`
	for _, header := range []string{"Idempotency-Key", "X-Request-Id"} {
		first := f.as(t, 7, "POST", prefix+"/posts", body, header, "k-"+header).requireOK(t, 201)
		require.NoError(t, f.service.redis.Conn().FlushDB(t.Context()).Err())
		again := f.as(t, 7, "POST", prefix+"/posts", body, header, "k-"+header).requireOK(t, 201)
		require.Equal(t, first.raw, again.raw)
	}
	require.Len(t, f.mine(t, 7), 2)
}

func TestRepeatsAtOnceRecordOnceWithRedisDown(t *testing.T) {
	t.Parallel()
	server, cache := testenv.OwnRedis(t)
	f := start(t, func(c *config.Config) { c.RedisAddr, c.RedisDB = cache.Addr, cache.DB })
	require.NoError(t, server.Kill())
	var together sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		together.Go(func() {
			got := f.as(t, 7, "POST", prefix+"/posts", `{"postId":70,"activityType":"POST_UPDATE"}`, "Idempotency-Key", "k")
			if got.http == http.StatusCreated {
				ids[i] = got.activity(t).ID
			}
		})
	}
	together.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
		require.NotEmpty(t, id)
	}
	require.Equal(t, []string{"POST_UPDATE 70"}, f.mine(t, 7))
}

func TestEveryPathNeedsABearerTokenAndAnswersUnderItsAlias(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, base := range []string{prefix, "/api/activity"} {
		for _, r := range recordings {
			f.as(t, 0, "POST", base+r.path, `{}`).requireCode(t, 401, "BEARER_TOKEN_MISSING")
			f.as(t, 7, "POST", base+r.path, fmt.Sprintf(`{%s,"activityType":%q}`, r.ids, r.types[0])).requireOK(t, 201)
		}
		for _, path := range []string{"", "/", "/followings", "/followings/unread-count"} {
			f.as(t, 0, "GET", base+path, "").requireCode(t, 401, "BEARER_TOKEN_MISSING")
			f.as(t, 7, "GET", base+path, "").requireOK(t, 200)
		}
		f.as(t, 0, "PUT", base+"/followings/read", `{}`).requireCode(t, 401, "BEARER_TOKEN_MISSING")
		f.as(t, 7, "PUT", base+"/followings/read", `{"until":"2026-01-01T00:00:00"}`).requireOK(t, 200)
	}
	require.Len(t, f.mine(t, 7), 4, "both paths mean the same thing")
}
