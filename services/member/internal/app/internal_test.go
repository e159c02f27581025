package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
)

func TestInternalEndpointsDoNotExistWithoutTheFleetsCredential(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	for _, route := range []struct{ method, path string }{
		{"POST", "/internal/tokens/introspect"},
		{"POST", "/internal/sessions/refresh-state"},
		{"POST", "/internal/members/summaries"},
		{"GET", path("/internal/members/", p.id, "/followings")},
		{"GET", path("/internal/members/", p.id, "/followers")},
		{"POST", "/internal/members/picture-usage"},
	} {
		f.do(t, p, route.method, route.path, "{}").requireCode(t, 404, "NOT_FOUND")
		f.do(t, p, route.method, route.path, "{}", "X-Internal-Token", "wrong").requireCode(t, 404, "NOT_FOUND")
	}
}

func (f *fleet) introspect(t *testing.T, claims tokenClaims) bool {
	t.Helper()
	body := fmt.Sprintf(`{"jti":%q,"sid":%d,"memberId":%d}`, claims.TokenID, claims.SessionID, claims.MemberID)
	return read[memberrest.TokenState](t, f.fleetOnly(t, "POST", "/internal/tokens/introspect", body).requireOK(t, 200)).Active
}

func TestIntrospectKnowsFromMySQLWhatIsAlive(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	claims := claimsOf(t, p.bearer)
	require.True(t, f.introspect(t, claims))
	require.NoError(t, f.service.redis.Conn().FlushDB(t.Context()).Err())
	require.True(t, f.introspect(t, claims))
	require.EqualValues(t, 1, f.service.redis.Conn().Exists(t.Context(), path("member:authentication:session-revoked:", claims.SessionID)).Val(), "it tells Redis what it found")
	other := claims
	other.MemberID++
	require.False(t, f.introspect(t, other))
	other = claims
	other.SessionID++
	require.False(t, f.introspect(t, other))
	f.do(t, p, "POST", "/api/authentication/logout", "").requireOK(t, 200)
	require.NoError(t, f.service.redis.Conn().FlushDB(t.Context()).Err())
	require.False(t, f.introspect(t, claims))
	f.fleetOnly(t, "POST", "/internal/tokens/introspect", `{}`).requireFields(t, "jti", "sid", "memberId")
}

func TestRefreshStateKnowsWhichCookiesAreOfNoUse(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, gone := f.person(t), f.person(t)
	f.do(t, gone, "POST", "/api/authentication/logout", "").requireOK(t, 200)
	dead := func(token string) bool {
		hash := sha256.Sum256([]byte(token))
		got := f.fleetOnly(t, "POST", "/internal/sessions/refresh-state", `{"refreshTokenHash":"`+hex.EncodeToString(hash[:])+`"}`).requireOK(t, 200)
		return read[memberrest.RefreshState](t, got).Dead
	}
	require.False(t, dead(p.refresh.Value))
	require.True(t, dead(gone.refresh.Value))
	require.True(t, dead("nobody made this"))
	f.refreshWith(t, tokenRefresh, p.refresh.Value)
	require.False(t, dead(p.refresh.Value), "its session lives")
	f.fleetOnly(t, "POST", "/internal/sessions/refresh-state", `{"refreshTokenHash":"xyz"}`).requireFields(t, "refreshTokenHash")
}

func TestInternalSummariesAreThoseThatEveryoneMaySee(t *testing.T) {
	t.Parallel()
	f := start(t)
	open, closed, gone := f.person(t, "bio", `"a"`), f.person(t, "bio", `"b"`, "privacyLevel", `"PRIVATE"`), f.person(t)
	f.do(t, gone, "DELETE", "/api/authentication/deactivate", "").requireOK(t, 204)
	got := read[[]memberrest.Summary](t, f.fleetOnly(t, "POST", "/internal/members/summaries", fmt.Sprintf(`{"ids":[%d,%d,%d,77777]}`, open.id, closed.id, gone.id)).requireOK(t, 200))
	require.Equal(t, []int64{open.id, closed.id}, idsOf(got))
	require.Nil(t, got[0].Following)
	require.Equal(t, "a", *got[0].Bio)
	require.Nil(t, got[1].Bio)
}

func TestInternalFollowListsHaveAVersionThatGrowsWithEachChange(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	ids := f.seed(t, 5)
	list := func(query string) memberrest.FollowIDs {
		return read[memberrest.FollowIDs](t, f.fleetOnly(t, "GET", path("/internal/members/", p.id, "/followings", query), "").requireOK(t, 200))
	}
	key := path("member:api:followings-version:", p.id)
	published := func() string { return f.service.redis.Conn().Get(t.Context(), key).Val() }
	require.Zero(t, list("").Version)
	for i, id := range ids {
		f.follow(t, p, id)
		require.Equal(t, fmt.Sprint(i+1), published(), "before the answer")
	}
	f.do(t, p, "DELETE", path("/api/members/follow/", ids[0]), "").requireOK(t, 204)
	require.Equal(t, "6", published())
	first := list("?limit=3")
	require.Equal(t, ids[1:4], first.MemberIDs)
	require.EqualValues(t, 6, first.Version)
	rest := list(path("?limit=3&after=", *first.NextAfter))
	require.Equal(t, ids[4:], rest.MemberIDs)
	require.Nil(t, rest.NextAfter)
	require.NoError(t, f.service.redis.Conn().FlushDB(t.Context()).Err())
	list("")
	require.Equal(t, "6", published(), "who asks has missed it, so it is told again")
	require.NoError(t, f.service.redis.Conn().Set(t.Context(), key, "7", 0).Err())
	list("")
	require.Equal(t, "7", published(), "what was read before a change does not cover it")
	followers := read[memberrest.FollowIDs](t, f.fleetOnly(t, "GET", path("/internal/members/", ids[4], "/followers"), "").requireOK(t, 200))
	require.Equal(t, []int64{p.id}, followers.MemberIDs)
	for _, bad := range []string{"?limit=0", "?limit=1001", "?limit=x"} {
		f.fleetOnly(t, "GET", path("/internal/members/", p.id, "/followings", bad), "").requireFields(t, "limit")
	}
	f.fleetOnly(t, "GET", path("/internal/members/", p.id, "/followings?after=-1"), "").requireFields(t, "after")
	f.fleetOnly(t, "GET", "/internal/members/99999/followers", "").requireCode(t, 404, "MEMBER_NOT_FOUND")
}

// Who has the list is told so, instead of being given it again.
func TestInternalFollowersAreToldOnceForEachVersion(t *testing.T) {
	t.Parallel()
	f := start(t)
	author, p, leaver := f.person(t), f.person(t), f.person(t)
	list := func(query string) memberrest.FollowIDs {
		return read[memberrest.FollowIDs](t, f.fleetOnly(t, "GET", path("/internal/members/", author.id, "/followers", query), "").requireOK(t, 200))
	}
	known := func(version int64) string { return path("?known=", version) }
	require.Equal(t, memberrest.FollowIDs{MemberIDs: []int64{}}, list(known(0)), "of version 0, which nobody has changed")
	f.follow(t, p, author.id)
	f.follow(t, leaver, author.id)
	both := list(known(0))
	require.Equal(t, []int64{p.id, leaver.id}, both.MemberIDs)
	require.Equal(t, memberrest.FollowIDs{MemberIDs: []int64{}, Version: both.Version}, list(known(both.Version)))
	require.Equal(t, both, list(known(both.Version+1)), "a version of a database that was restored")
	f.do(t, leaver, "DELETE", "/api/authentication/deactivate", "").requireOK(t, 204)
	require.Eventually(t, func() bool { return slices.Equal(list(known(both.Version)).MemberIDs, []int64{p.id}) }, 20*time.Second, 20*time.Millisecond)
	for _, bad := range []string{"-1", "x", "1&known=1"} {
		f.fleetOnly(t, "GET", path("/internal/members/", author.id, "/followers?known=", bad), "").requireFields(t, "known")
	}
}

func TestPictureUsageKnowsOurPicturesByAnyFormOfTheirURL(t *testing.T) {
	t.Parallel()
	f := start(t)
	ids := []string{
		"1f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10", "2f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10", "3f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10", "4f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10",
	}
	f.person(t, "avatarUrl", `"/api/proxy/images/view/`+ids[0]+`"`)
	f.person(t, "avatarUrl", `"https://feed.example/api/images/view/`+ids[1]+`?thumbnail=true"`)
	p := f.person(t, "avatarUrl", `"/api/images/view/`+ids[2]+`"`)
	usage := func() []string {
		body := `{"imageIds":["` + strings.Join(append([]string{"not-an-id", "한글"}, ids...), `","`) + `"]}`
		used := read[memberrest.PictureUsage](t, f.fleetOnly(t, "POST", "/internal/members/picture-usage", body).requireOK(t, 200)).Used
		slices.Sort(used)
		return used
	}
	require.Equal(t, ids[:3], usage())
	f.edit(t, p, `{"avatarUrl":""}`).requireOK(t, 200)
	require.Equal(t, ids[:2], usage())
	f.fleetOnly(t, "POST", "/internal/members/picture-usage", `{}`).requireFields(t, "imageIds")
}

func TestK1PublishesTheKeys(t *testing.T) {
	t.Parallel()
	f := start(t)
	response, err := http.Get(f.url + "/.well-known/jwks.json")
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, 200, response.StatusCode)
	require.Equal(t, "max-age=60", response.Header.Get("Cache-Control"))
	require.Equal(t, "application/json", response.Header.Get("Content-Type"))
}

// the whole surface of the document is mounted, and nothing else
func TestRoutesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	f := start(t)
	parameter := regexp.MustCompile(`\{[a-zA-Z]+\}`)
	var want []string
	for _, r := range contract.Routes() {
		if r.Path == "/api/members/profile/@{handle}" {
			continue // the same route of the router as {memberId}
		}
		want = append(want, r.Method+" "+parameter.ReplaceAllString(r.Path, ":"))
	}
	var got []string
	colon := regexp.MustCompile(`:[a-zA-Z]+`)
	for _, r := range f.service.server.Routes() {
		got = append(got, colon.ReplaceAllString(r, ":"))
	}
	slices.Sort(want)
	slices.Sort(got)
	require.Equal(t, want, got)
}

func TestEveryRouteUnderAPIButThePublicOnesNeedsAToken(t *testing.T) {
	t.Parallel()
	f := start(t)
	public := []string{
		"POST /api/authentication/signup", "POST /api/authentication/login", "POST /api/authentication/refresh", "POST /api/token/refresh", "GET /api/members/handles/:handle",
	}
	colon := regexp.MustCompile(`:[a-zA-Z]+`)
	for _, r := range f.service.server.Routes() {
		method, where, _ := strings.Cut(r, " ")
		if !strings.HasPrefix(where, "/api/") || slices.Contains(public, r) {
			continue
		}
		got := f.do(t, nil, method, colon.ReplaceAllString(where, "1"), "{}").requireCode(t, 401, "BEARER_TOKEN_MISSING")
		require.Equal(t, "Bearer", got.header.Get("WWW-Authenticate"), r)
	}
	f.do(t, nil, "GET", "/api/members/nothing/here/at/all", "").requireCode(t, 404, "NOT_FOUND")
	f.do(t, nil, "PATCH", "/api/members/profile", "").requireCode(t, 405, "METHOD_NOT_ALLOWED")
}

func TestATokenIDOfAnyTextIsLookedUp(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	for _, jti := range []string{"ß.힣", "\u202e", "'--"} {
		body := fmt.Sprintf(`{"jti":%q,"sid":1,"memberId":%d}`, jti, p.id)
		f.fleetOnly(t, "POST", "/internal/tokens/introspect", body).requireOK(t, 200)
	}
}
