package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/mysqlstore"
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

// A form of a page of anybody's can send a login of its own, and its answer would
// leave cookies: the visitor goes on as somebody else, and does not notice.
func TestAPageOfAnotherOriginLogsNobodyIn(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	for _, foreign := range []string{"https://evil.example", "null", "http://localhost:3000.evil.example"} {
		got := f.tryLogIn(t, p.email, goodPassword, "Origin", foreign).requireOK(t, 200)
		require.Empty(t, got.header.Values("Set-Cookie"), foreign)
		require.Empty(t, got.header.Get("Access-Control-Allow-Origin"), "and the page cannot read the token")
	}
	for _, own := range []string{"http://localhost:3000", f.url} {
		require.Len(t, f.tryLogIn(t, p.email, goodPassword, "Origin", own).requireOK(t, 200).header.Values("Set-Cookie"), 2, own)
	}
}

// Whoever has a session's cookie can have another as often as it likes: a stolen
// session must not be a way to guess the password.
func TestRefreshingGivesNoMoreGuesses(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	guess := func() answer {
		return f.tryLogIn(t, p.email, otherPassword, "Cookie", "refresh_token="+p.refresh.Value)
	}
	for range 5 {
		guess().requireCode(t, 400, "LOGIN_FAILED")
		p.take(t, f.refreshWith(t, tokenRefresh, p.refresh.Value).requireOK(t, 200))
	}
	guess().requireCode(t, 429, "TOO_MANY_REQUESTS")
	f.tryLogIn(t, p.email, goodPassword, "X-Forwarded-For", "203.0.113.77").requireOK(t, 200)
}

// Who has one address of IPv6 has 2^64.
func TestANetworkOfIPv6HasOneBudget(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	for i := range 20 {
		f.tryLogIn(t, unique()+"@dailyfeed.example", otherPassword, "X-Forwarded-For", fmt.Sprintf("2001:db8:0:7:%x::1", i+1)).requireCode(t, 400, "LOGIN_FAILED")
	}
	f.tryLogIn(t, p.email, goodPassword, "X-Forwarded-For", "2001:db8:0:7:ffff::2").requireCode(t, 429, "TOO_MANY_REQUESTS")
	f.tryLogIn(t, p.email, goodPassword, "X-Forwarded-For", "2001:db8:0:8::2").requireOK(t, 200)
}

// The book of answers outlives a sign-up by a day: what it keeps of the request
// must not make the password easier to guess than its own hash does.
func TestWhatIsKeptOfARequestDoesNotHelpToGuessItsPassword(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := &person{email: unique() + "@dailyfeed.example", handle: "h" + unique()}
	signUp := signUpBody(p.email, p.handle)
	f.do(t, nil, "POST", "/api/authentication/signup", signUp, "Idempotency-Key", "k").requireOK(t, 201)
	p = f.logIn(t, p)
	change := `{"currentPassword":"` + goodPassword + `","newPassword":"` + otherPassword + `"}`
	f.do(t, p, "PUT", "/api/authentication/password", change, "X-Request-Id", "r").requireOK(t, 200)
	var kept []struct {
		Key         string
		RequestHash []byte
		Response    []byte
	}
	require.NoError(t, f.service.pool.DB(t.Context()).Raw("SELECT `key`, request_hash, response FROM "+mysqlstore.AnswerTable).Scan(&kept).Error)
	require.Len(t, kept, 2)
	for _, row := range kept {
		for _, body := range []string{signUp, change} {
			plain := sha256.Sum256([]byte(body))
			require.NotEqual(t, plain[:], row.RequestHash)
			require.NotContains(t, row.Key, hex.EncodeToString(plain[:]))
		}
		require.NotContains(t, string(row.Response), "argon2id")
	}
	again := f.do(t, nil, "POST", "/api/authentication/signup", signUp, "Idempotency-Key", "k").requireOK(t, 201)
	require.Equal(t, "true", again.header.Get("Idempotency-Replayed"), "a repeat is still known")
}
