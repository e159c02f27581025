package app

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
)

const (
	tokenRefresh   = "/api/token/refresh"
	accountRefresh = "/api/authentication/refresh"
)

// refreshWith refreshes with a cookie; it returns the answer, whatever it is.
func (f *fleet) refreshWith(t *testing.T, path, token string, headers ...string) answer {
	t.Helper()
	return f.do(t, nil, "POST", path, "", append([]string{"Cookie", "refresh_token=" + token}, headers...)...)
}

func (f *fleet) requireAlive(t *testing.T, p *person) {
	t.Helper()
	f.do(t, p, "GET", "/api/members", "").requireOK(t, 200)
}

func (f *fleet) requireDead(t *testing.T, p *person) {
	t.Helper()
	got := f.do(t, p, "GET", "/api/members", "").requireCode(t, 401, "TOKEN_REVOKED")
	require.Equal(t, []string{"true"}, got.header.Values("X-Relogin-Required"))
	refused := f.refreshWith(t, tokenRefresh, p.refresh.Value).requireCode(t, 401, "TOKEN_REVOKED")
	require.Equal(t, []string{"true"}, refused.header.Values("X-Relogin-Required"))
}

func TestT1AndA6ReplaceTheCookieAndGrantANewToken(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	t1 := f.refreshWith(t, tokenRefresh, p.refresh.Value).requireOK(t, 200)
	require.Equal(t, "true", string(t1.Data))
	next := *p
	next.take(t, t1)
	require.NotEqual(t, p.refresh.Value, next.refresh.Value)
	require.NotEqual(t, p.bearer, next.bearer)
	f.requireAlive(t, &next)
	f.requireAlive(t, p)

	a6 := f.refreshWith(t, accountRefresh, next.refresh.Value).requireOK(t, 200)
	body := read[memberrest.AccessToken](t, a6)
	require.Equal(t, "Bearer "+body.AccessToken, a6.header.Get("Authorization"))
	require.EqualValues(t, 7200, body.ExpiresIn)
	claims := claimsOf(t, a6.header.Get("Authorization"))
	require.Equal(t, claimsOf(t, p.bearer).SessionID, claims.SessionID, "the session stays")
}

func TestTwoTabsThatRefreshAtOnceBothGoOn(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	first := f.refreshWith(t, tokenRefresh, p.refresh.Value).requireOK(t, 200)
	second := f.refreshWith(t, tokenRefresh, p.refresh.Value).requireOK(t, 200)
	require.Equal(t, first.cookie("refresh_token").Value, second.cookie("refresh_token").Value, "the same successor")
	third := f.refreshWith(t, tokenRefresh, first.cookie("refresh_token").Value).requireOK(t, 200)
	late := f.refreshWith(t, tokenRefresh, p.refresh.Value).requireOK(t, 200)
	require.Equal(t, third.cookie("refresh_token").Value, late.cookie("refresh_token").Value, "the one live token")
}

func TestAThousandParallelRefreshesLeaveOneLiveToken(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	first := *f
	f.join(t)
	const times = 1000
	var mu sync.Mutex
	successors, refused := map[string]int{}, map[string]int{}
	together(times, func(i int) {
		replica := f
		if i%2 == 0 {
			replica = &first
		}
		got, err := replica.send(t.Context(), nil, "POST", tokenRefresh, "", "Cookie", "refresh_token="+p.refresh.Value)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil:
			refused[err.Error()]++
		case got.http == 200:
			successors[got.cookie("refresh_token").Value]++
		default:
			refused[got.Code]++
		}
	})
	// a replica takes 512 at once; what it has no room or no time for is not a refresh
	delete(refused, "SERVICE_UNAVAILABLE")
	delete(refused, "DEADLINE_EXCEEDED")
	require.Empty(t, refused)
	require.Len(t, successors, 1)
	for token, answered := range successors {
		require.Positive(t, answered)
		t.Logf("%d of %d were answered", answered, times)
		f.refreshWith(t, tokenRefresh, token).requireOK(t, 200)
	}
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM jwt_refresh_tokens WHERE successor_id IS NULL AND NOT is_revoked"))
}

func TestAMissingOrUnknownCookieEndsTheClientsSession(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, endpoint := range []string{tokenRefresh, accountRefresh} {
		for _, headers := range [][]string{nil, {"Cookie", "refresh_token="}, {"Cookie", "refresh_token=nobody-made-this"}, {"Cookie", "other=1"}} {
			got := f.do(t, nil, "POST", endpoint, "", headers...).requireCode(t, 401, "INVALID_TOKEN")
			require.Equal(t, []string{"true"}, got.header.Values("X-Relogin-Required"))
			require.Empty(t, got.header.Values("Set-Cookie"))
		}
	}
}

func TestAForeignOriginMayNotRefresh(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	for _, endpoint := range []string{tokenRefresh, accountRefresh} {
		for _, origin := range []string{"https://evil.example", "null", "http://localhost:3000.evil.example"} {
			f.refreshWith(t, endpoint, p.refresh.Value, "Origin", origin).requireCode(t, 403, "ORIGIN_NOT_ALLOWED")
		}
		got := f.refreshWith(t, endpoint, p.refresh.Value, "Origin", "http://localhost:3000").requireOK(t, 200)
		p.take(t, got)
		got = f.refreshWith(t, endpoint, p.refresh.Value, "Origin", f.url).requireOK(t, 200)
		p.take(t, got)
	}
}

func TestOnlyTheHashOfARefreshTokenIsStored(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	p.take(t, f.refreshWith(t, tokenRefresh, p.refresh.Value))
	require.EqualValues(t, 0, f.count(t, "SELECT COUNT(*) FROM jwt_refresh_tokens WHERE token_hash = ? OR INSTR(CONCAT_WS('|', token_hash, access_token_id, device_info), ?) > 0", p.refresh.Value, p.refresh.Value))
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM jwt_refresh_tokens WHERE token_hash = UNHEX(SHA2(?, 256))", p.refresh.Value))
	require.EqualValues(t, 0, f.count(t, "SELECT COUNT(*) FROM members WHERE password NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'"))
}

func TestA3EndsTheTokenAndItsSession(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	elsewhere := f.logIn(t, p)
	renewed := *p
	renewed.take(t, f.refreshWith(t, tokenRefresh, p.refresh.Value))
	require.Equal(t, "true", string(f.do(t, p, "POST", "/api/authentication/logout", "").requireOK(t, 200).Data))
	f.requireDead(t, p)
	f.requireDead(t, &renewed)
	f.requireAlive(t, elsewhere)
}

func TestA4EndsEverySessionOfTheMemberAndNoOthers(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	sessions := []*person{p, f.logIn(t, p), f.logIn(t, p)}
	got := f.do(t, sessions[1], "POST", "/api/authentication/logout-all", "").requireOK(t, 200)
	require.Equal(t, "true", string(got.Data))
	require.Contains(t, got.header.Get("Set-Cookie"), "refresh_token=; Path=/; Max-Age=0")
	for _, dead := range sessions {
		f.requireDead(t, dead)
	}
	f.requireAlive(t, f.logIn(t, p))
	f.requireAlive(t, other)
}

func TestALoginBesideALogoutEverywhereLivesOrDiesWhole(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	var mu sync.Mutex
	var logins []*person
	together(8, func(i int) {
		if i == 0 {
			_, _ = f.send(t.Context(), p, "POST", "/api/authentication/logout-all", "")
			return
		}
		got, err := f.send(t.Context(), nil, "POST", "/api/authentication/login", `{"email":"`+p.email+`","password":"`+goodPassword+`"}`, "Cookie", "device="+p.device.Value)
		if err == nil && got.http == 200 {
			logged := *p
			logged.bearer, logged.refresh = got.header.Get("Authorization"), got.cookie("refresh_token")
			mu.Lock()
			logins = append(logins, &logged)
			mu.Unlock()
		}
	})
	f.requireDead(t, p)
	for _, login := range logins {
		if f.do(t, login, "GET", "/api/members", "").http == 200 {
			f.refreshWith(t, tokenRefresh, login.refresh.Value).requireOK(t, 200)
		} else {
			f.requireDead(t, login)
		}
	}
}

func TestA7ChangesThePasswordAndEndsAllOtherSessions(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	before, after := f.logIn(t, p), p
	current := f.logIn(t, p)
	after = f.logIn(t, after)
	change := `{"currentPassword":"` + goodPassword + `","newPassword":"` + otherPassword + `"}`
	got := f.do(t, current, "PUT", "/api/authentication/password", change).requireOK(t, 200)
	require.Equal(t, "true", string(got.Data))
	f.requireAlive(t, current)
	f.refreshWith(t, tokenRefresh, current.refresh.Value).requireOK(t, 200)
	for _, dead := range []*person{p, before, after} {
		f.requireDead(t, dead)
	}
	f.tryLogIn(t, p.email, goodPassword).requireCode(t, 400, "LOGIN_FAILED")
	f.tryLogIn(t, p.email, otherPassword).requireOK(t, 200)

	device := got.cookie("device")
	require.NotNil(t, device)
	for range 5 {
		f.tryLogIn(t, p.email, "Wrong#123").requireCode(t, 400, "LOGIN_FAILED")
	}
	f.tryLogIn(t, p.email, otherPassword, "Cookie", "device="+p.device.Value).requireCode(t, 429, "TOO_MANY_REQUESTS")
	f.tryLogIn(t, p.email, otherPassword, "Cookie", "device="+device.Value).requireOK(t, 200)
}

func TestA7Rules(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	put := func(body string) answer { return f.do(t, p, "PUT", "/api/authentication/password", body) }
	put(`{}`).requireFields(t, "currentPassword", "newPassword")
	put(`{"currentPassword":"x","newPassword":"short"}`).requireFields(t, "newPassword")
	put(`{"currentPassword":"x","newPassword":"Password1!"}`).requireFields(t, "newPassword")
	for range 5 {
		put(`{"currentPassword":"Wrong#123","newPassword":"`+otherPassword+`"}`).requireCode(t, 400, "MEMBER_PASSWORD_INVALID")
	}
	put(`{"currentPassword":"`+goodPassword+`","newPassword":"`+otherPassword+`"}`).requireCode(t, 429, "TOO_MANY_REQUESTS")
	f.requireAlive(t, p)
}

func TestA8ListsTheCallersLiveSessions(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	first := f.logIn(t, p, "User-Agent", "Firefox on Linux", "X-Forwarded-For", "203.0.113.7")
	gone := f.logIn(t, p)
	second := f.logIn(t, p, "User-Agent", "한글 브라우저")
	f.do(t, gone, "POST", "/api/authentication/logout", "").requireOK(t, 200)
	f.person(t)
	sessions := read[[]memberrest.Session](t, f.do(t, first, "GET", "/api/authentication/sessions", "").requireOK(t, 200))
	require.Len(t, sessions, 2)
	require.Equal(t, []bool{false, true}, []bool{sessions[0].Current, sessions[1].Current}, "the last used first")
	require.Equal(t, "Firefox on Linux", *sessions[1].Device)
	require.Equal(t, "203.0.113.7", *sessions[1].IPAddress)
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`, sessions[1].CreatedAt)
	f.requireAlive(t, second)
}

func TestA9EndsOneOfTheCallersSessions(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	elsewhere := f.logIn(t, p)
	end := func(who *person, id string) answer {
		return f.do(t, who, "DELETE", "/api/authentication/sessions/"+id, "")
	}
	idOf := func(who *person) string {
		for _, s := range read[[]memberrest.Session](t, f.do(t, who, "GET", "/api/authentication/sessions", "")) {
			if s.Current {
				return s.SessionID
			}
		}
		return ""
	}
	for _, id := range []string{"0", "-1", "foo", "99999999", "9999999999999999999999", "01", idOf(other)} {
		end(p, id).requireCode(t, 404, "SESSION_NOT_FOUND")
	}
	id := idOf(elsewhere)
	got := end(p, id).requireOK(t, 200)
	require.Equal(t, "true", string(got.Data))
	require.Empty(t, got.header.Get("Set-Cookie"))
	f.requireDead(t, elsewhere)
	end(p, id).requireCode(t, 404, "SESSION_NOT_FOUND")
	own := end(p, idOf(p)).requireOK(t, 200)
	require.Contains(t, own.header.Get("Set-Cookie"), "refresh_token=; Path=/; Max-Age=0")
	f.requireDead(t, p)
}

func TestA5RemovesTheMember(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, fan, idol := f.person(t), f.person(t), f.person(t)
	f.do(t, fan, "POST", path("/api/members/follow/", p.id), "").requireOK(t, 201)
	f.do(t, p, "POST", path("/api/members/follow/", idol.id), "").requireOK(t, 201)
	elsewhere := f.logIn(t, p)
	got := f.do(t, p, "DELETE", "/api/authentication/deactivate", "").requireOK(t, 204)
	require.Equal(t, http.StatusOK, got.http)
	require.Contains(t, got.header.Get("Set-Cookie"), "refresh_token=; Path=/; Max-Age=0")
	f.requireDead(t, p)
	f.requireDead(t, elsewhere)
	f.tryLogIn(t, p.email, goodPassword).requireCode(t, 400, "LOGIN_FAILED")
	require.Zero(t, f.profile(t, fan).FollowingsCount)
	require.Zero(t, f.profile(t, idol).FollowersCount)
	for _, where := range []string{"/api/members/%", "/api/members/%/profile", "/api/members/profile/%", "/api/members/%/summary", "/api/members/%/followers-followings", "/api/members/%/followers/more", "/api/members/%/followings/more"} {
		f.do(t, fan, "GET", replaceID(where, p.id), "").requireCode(t, 404, "MEMBER_NOT_FOUND")
	}
	f.do(t, fan, "GET", "/api/members/profile/@"+p.handle, "").requireCode(t, 404, "MEMBER_NOT_FOUND")
	f.do(t, fan, "POST", path("/api/members/follow/", p.id), "").requireCode(t, 404, "MEMBER_NOT_FOUND")
	f.do(t, fan, "DELETE", path("/api/members/follow/", p.id), "").requireCode(t, 404, "MEMBER_NOT_FOUND")
	require.Empty(t, read[[]memberrest.Summary](t, f.do(t, fan, "POST", "/api/members/query/in", path(`{"ids":[`, p.id, `]}`))))
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM members WHERE id = ? AND status = 'DEACTIVATED' AND password = ''", p.id))
	require.EqualValues(t, 0, f.count(t, "SELECT (SELECT COUNT(*) FROM member_emails WHERE member_id = ?) + (SELECT COUNT(*) FROM member_profiles WHERE member_id = ?) + (SELECT COUNT(*) FROM member_follows)", p.id, p.id))

	body := signUpBody(p.email, p.handle)
	again := f.do(t, nil, "POST", "/api/authentication/signup", body).requireOK(t, 201).member(t)
	require.NotEqual(t, p.id, again.ID, "address and handle are free again, the id is not")
	f.requireAlive(t, f.logIn(t, p))
}
