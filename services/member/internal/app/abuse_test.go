package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// notTheirs are properties that no client decides, in the spellings of the wire
// and of the database.
var notTheirs = map[string]any{
	"id": 1, "memberId": 1, "member_id": 1, "roles": []string{"ADMIN"}, "role": "ADMIN", "status": "ADMIN", "isAdmin": true, "admin": true,
	"isActive": false, "is_active": false, "verified": true, "verificationStatus": "VERIFIED", "verification_status": "VERIFIED",
	"followersCount": 999, "followers_count": 999, "followingsCount": 999, "version": 99, "sessionEpoch": 1 << 40, "session_epoch": 1 << 40,
	"createdAt": "2000-01-01T00:00:00", "created_at": "2000-01-01", "updatedAt": "2000-01-01T00:00:00", "passwordChangedAt": "2000-01-01",
	"sub": "1", "sid": 1, "caller": 1, "refreshToken": "x", "passwordHash": "x", "profileCompletionScore": 100, "__proto__": map[string]any{"roles": "ADMIN"},
}

// standing is what a member's rows say of what is not the member's to say.
func (f *fleet) standing(t *testing.T, id int64) string {
	t.Helper()
	var row map[string]any
	require.NoError(t, f.service.pool.DB(t.Context()).Raw(`SELECT m.roles, m.status, m.session_epoch, m.created_at AS made, e.verified, p.member_id, p.verification_status, p.is_active,
		p.followers_count, p.followings_count, p.created_at FROM members m JOIN member_emails e ON e.member_id = m.id JOIN member_profiles p ON p.member_id = m.id WHERE m.id = ?`, id).Take(&row).Error)
	return fmt.Sprint(row)
}

func TestNobodyAssignsThemselvesWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	before := [2]string{f.standing(t, p.id), f.standing(t, other.id)}
	greedy := func(own map[string]any) string {
		maps.Copy(own, notTheirs)
		body, err := json.Marshal(own)
		require.NoError(t, err)
		return string(body)
	}
	f.do(t, p, "PUT", "/api/members/profile", greedy(map[string]any{"bio": "새 소개"})).requireOK(t, 200)
	f.do(t, p, "PUT", "/api/members/profile/handle", greedy(map[string]any{"newHandle": "h" + unique()})).requireOK(t, 200)
	f.do(t, p, "PUT", "/api/authentication/password", greedy(map[string]any{"currentPassword": goodPassword, "newPassword": otherPassword})).requireOK(t, 200)
	f.do(t, p, "POST", "/api/members/query/in", greedy(map[string]any{"ids": []int64{other.id}})).requireOK(t, 200)
	f.do(t, p, "POST", path("/api/members/follow/", 999_999), greedy(map[string]any{})).requireCode(t, 404, "MEMBER_NOT_FOUND")
	in := f.do(t, nil, "POST", "/api/authentication/login", greedy(map[string]any{"email": p.email, "password": otherPassword})).requireOK(t, 200)
	claims := claimsOf(t, in.header.Get("Authorization"))
	require.Equal(t, p.id, claims.MemberID)
	require.Equal(t, []string{"MEMBER"}, claims.Roles)
	after := [2]string{f.standing(t, p.id), f.standing(t, other.id)}
	require.Equal(t, before, after)
	require.NotEqual(t, before[0], before[1], "it looks at something")
}

func TestAnAddressThatNobodyHasIsLockedLikeOneThatSomebodyHas(t *testing.T) {
	t.Parallel()
	f := start(t)
	known, unknown := f.signUp(t).email, unique()+"@dailyfeed.example"
	for range 5 {
		first := f.tryLogIn(t, known, otherPassword, "X-Request-Id", "same", "X-Forwarded-For", "203.0.113.1")
		second := f.tryLogIn(t, unknown, otherPassword, "X-Request-Id", "same", "X-Forwarded-For", "203.0.113.2")
		require.Equal(t, first.raw, second.raw)
		require.Equal(t, names(first.header), names(second.header))
	}
	first := f.tryLogIn(t, known, goodPassword, "X-Request-Id", "same", "X-Forwarded-For", "203.0.113.1").requireCode(t, 429, "TOO_MANY_REQUESTS")
	second := f.tryLogIn(t, unknown, goodPassword, "X-Request-Id", "same", "X-Forwarded-For", "203.0.113.2").requireCode(t, 429, "TOO_MANY_REQUESTS")
	require.Equal(t, first.raw, second.raw)
	require.Equal(t, names(first.header), names(second.header))
}

func names(header http.Header) map[string]int {
	found := map[string]int{}
	for name, values := range header {
		found[name] = len(values)
	}
	return found
}

func TestCookiesAloneChangeNothing(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	cookies := "refresh_token=" + p.refresh.Value + "; device=" + p.device.Value + "; Authorization=" + p.bearer
	for _, what := range [][2]string{
		{"POST", "/api/authentication/logout"},
		{"POST", "/api/authentication/logout-all"},
		{"DELETE", "/api/authentication/deactivate"},
		{"PUT", "/api/authentication/password"},
		{"DELETE", "/api/authentication/sessions/1"},
		{"PUT", "/api/members/profile"},
		{"PUT", "/api/members/profile/handle"},
		{"POST", path("/api/members/follow/", other.id)},
	} {
		f.do(t, nil, what[0], what[1], `{}`, "Cookie", cookies, "Origin", "http://localhost:3000").requireCode(t, 401, "BEARER_TOKEN_MISSING")
	}
	f.requireAlive(t, p)
}

func TestNothingThatAClientSendsBecomesAHeader(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	const mark = "injected-mark"
	for _, value := range []string{mark, mark + "; Secure", mark + "\tSet-Cookie: a=b", `"` + mark + `"`, "%0d%0aSet-Cookie:%20" + mark, "\u560d\u560aSet-Cookie:" + mark, mark + ",*", "https://" + mark} {
		for _, name := range []string{"Origin", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-For", "User-Agent", "Accept-Language", "Referer", "X-Refresh-Token", "Access-Control-Request-Headers"} {
			asked := [][3]string{{"POST", tokenRefresh, ""}, {"GET", "/api/members/" + mark, ""}}
			if value == mark { // each costs a hash
				asked = append(asked, [3]string{"POST", "/api/authentication/login", `{"email":"` + p.email + `","password":"` + goodPassword + `"}`})
			}
			for _, what := range asked {
				got := f.do(t, nil, what[0], what[1], what[2], name, value, "Cookie", "refresh_token="+mark+"; device="+mark)
				require.NotContains(t, fmt.Sprint(got.header), mark, "%s: %s at %s", name, value, what[1])
				require.LessOrEqual(t, len(got.header.Values("Set-Cookie")), 2)
			}
		}
	}
	got := f.do(t, nil, "POST", tokenRefresh, "", "X-Request-Id", mark+" with space")
	require.NotContains(t, got.header.Get("X-Request-Id"), mark)
}
