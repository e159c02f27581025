package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestS4ToS7CountWhatBelongsToManyThingsAndLeaveOutWhatHasNone(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.know(post(1, "", "a"), post(2, "", "b"), post(3, "", "c"), comment(11, 1, "x"), comment(12, 1, "y"))
	for path, c := range map[string]struct{ body, want string }{
		"posts/like/query/count/in":       {`{"postPks":[2,1,3,2,99]}`, `[{"postPk":2,"likeCount":2},{"postPk":1,"likeCount":1}]`},
		"posts/comments/query/count/in":   {`{"postPks":[1,2,3]}`, `[{"postPk":1,"commentCount":1},{"postPk":3,"commentCount":1}]`},
		"comments/like/query/count/in":    {`{"commentIds":[11,12,99]}`, `[{"commentPk":11,"likeCount":2}]`},
		"follow/following/query/count/in": {`{"toMemberIds":[1,2,3,99]}`, `[{"toMemberId":1,"followingCount":1},{"toMemberId":2,"followingCount":2}]`},
	} {
		got := f.as(t, 7, "POST", "/api/search/"+path, c.body)
		require.Equal(t, 200, got.http, got.raw)
		require.JSONEq(t, c.want, string(got.Data), path)
	}
}

func TestS4ToS7KeepTheRulesOfTheirIDs(t *testing.T) {
	t.Parallel()
	f := start(t)
	for path, field := range map[string]string{
		"posts/like/query/count/in": "postPks", "posts/comments/query/count/in": "postPks",
		"comments/like/query/count/in": "commentIds", "follow/following/query/count/in": "toMemberIds",
	} {
		path = "/api/search/" + path
		got := f.as(t, 7, "POST", path, fmt.Sprintf(`{%q:[]}`, field))
		require.Equal(t, "[]", string(got.Data), got.raw)
		many := strings.TrimSuffix(strings.Repeat("1,", 101), ",")
		for _, body := range []string{`{}`, `{"` + field + `":null}`, `{"` + field + `":[0]}`, `{"` + field + `":[9007199254740992]}`, `{"` + field + `":[` + many + `]}`} {
			f.as(t, 7, "POST", path, body).requireCode(t, 400, "VALIDATION_FAILED")
		}
		for _, body := range []string{``, `null`, `[1]`, `{"` + field + `":["1"]}`, `{"` + field + `":[1.5]}`} {
			f.as(t, 7, "POST", path, body).requireCode(t, 400, "MALFORMED_REQUEST")
		}
		f.as(t, 0, "POST", path, `{}`).requireCode(t, 401, "BEARER_TOKEN_MISSING")
	}
}

func TestS4ToS7WithoutTheirOwnersThereAreNoCounts(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.timelineDown.Store(true)
	f.memberDown.Store(true)
	f.as(t, 7, "POST", "/api/search/posts/like/query/count/in", `{"postPks":[1]}`).requireCode(t, 503, "SERVICE_UNAVAILABLE")
	f.as(t, 7, "POST", "/api/search/comments/like/query/count/in", `{"commentIds":[1]}`).requireCode(t, 503, "SERVICE_UNAVAILABLE")
	f.as(t, 7, "POST", "/api/search/follow/following/query/count/in", `{"toMemberIds":[1]}`).requireCode(t, 503, "SERVICE_UNAVAILABLE")
}
