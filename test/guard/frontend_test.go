package guard_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tab is a page of the web frontend, as far as it concerns tokens: it keeps what
// a login's header says, and does what two headers tell it. Its cookies are the
// browser's, which tabs share.
type tab struct {
	t         *testing.T
	edge      string
	browser   *browser
	token     string
	atLogin   bool // it forgot everything and shows the login page
	refreshes int
}

// browser keeps the refresh cookie.
type browser struct {
	mu     sync.Mutex
	cookie string
}

func (b *browser) get() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cookie
}

func (b *browser) keep(got answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range (&http.Response{Header: got.header}).Cookies() {
		if c.Name == "refresh_token" {
			b.cookie = c.Value // empty where it was cleared
		}
	}
}

// ask goes through the frontend's proxy path, and passes on only what its proxy does.
func (p *tab) ask(method, path string) answer {
	got := p.send(method, path)
	switch {
	case got.header.Get("X-Relogin-Required") == "true":
		p.token, p.atLogin = "", true
	case got.header.Get("X-Token-Refresh-Needed") == "true":
		if p.refresh(); !p.atLogin {
			return p.send(method, path)
		}
	}
	return got
}

func (p *tab) send(method, path string) answer {
	p.t.Helper()
	got := call(p.t, method, p.edge+"/api/proxy"+path, "", append(bearer(p.token), "Cookie", "refresh_token="+p.browser.get(), "Accept", "application/json", "Content-Type", "text/plain")...)
	p.browser.keep(got)
	return got
}

func (p *tab) refresh() {
	p.t.Helper()
	p.refreshes++
	got := p.send(http.MethodPost, "/token/refresh")
	if got.status == http.StatusOK {
		p.token = got.header.Get("Authorization")[len("Bearer "):]
		return
	}
	p.token, p.atLogin = "", got.header.Get("X-Relogin-Required") == "true"
}

// frontend is somebody who logged in a while ago: the cookie lives, and the
// access token has expired.
func frontend(t *testing.T) (thief *thief, me *account, page *tab) {
	t.Helper()
	thief, me = newThief(t), newAccount(t)
	page = &tab{t: t, edge: stateOf(t).Edge, browser: &browser{cookie: me.refresh}}
	page.token = thief.token(t, me.id, me.session, time.Now().Add(-3*time.Hour), 2*time.Hour)
	return thief, me, page
}

func TestTheFrontendRefreshesAnExpiredTokenAndRepeatsItsRequest(t *testing.T) {
	t.Parallel()
	for _, request := range [][2]string{{http.MethodGet, "/members/profile"}, {http.MethodGet, "/timeline/posts"}, {http.MethodGet, "/activity"}, {http.MethodGet, "/search/posts?keyword=" + canary}} {
		_, me, page := frontend(t)
		before := page.browser.get()
		expired := page.send(request[0], request[1])
		require.Equal(t, "JWT_EXPIRED", expired.Code, request)
		require.Equal(t, []string{"true"}, expired.header.Values("X-Token-Refresh-Needed"))
		got := page.ask(request[0], request[1])
		require.Equal(t, http.StatusOK, got.status, "%s", got.raw)
		require.Equal(t, 1, page.refreshes)
		require.NotEqual(t, before, page.browser.get(), "the cookie was replaced")
		require.Equal(t, me.id, claimsOf(t, page.token).MemberID, "the claim that it decodes")
		require.Equal(t, http.StatusOK, page.ask(request[0], request[1]).status)
		require.Equal(t, 1, page.refreshes, "and goes on with the new one")
	}
}

func TestTheFrontendWritesOnceAcrossARefresh(t *testing.T) {
	t.Parallel()
	_, me, page := frontend(t)
	other := newAccount(t)
	got := page.ask(http.MethodPost, "/members/follow/"+strconv.FormatInt(other.id, 10))
	require.Equal(t, http.StatusCreated, got.status, "%s", got.raw)
	require.Equal(t, 1, page.refreshes)
	followers := call(t, http.MethodGet, page.edge+"/api/members/"+strconv.FormatInt(me.id, 10)+"/profile", "", bearer(other.token)...)
	require.Contains(t, string(followers.raw), `"followingsCount":1`)
}

func TestTheFrontendOfADeadSessionGoesToTheLoginPage(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, me *account){
		"logged out elsewhere": func(t *testing.T, me *account) {
			t.Helper()
			there := *me
			there.logIn(t)
			require.Equal(t, http.StatusOK, call(t, http.MethodPost, stateOf(t).Edge+"/api/authentication/logout-all", "", bearer(there.token)...).status)
		},
		"deactivated": func(t *testing.T, me *account) {
			t.Helper()
			require.Equal(t, http.StatusOK, call(t, http.MethodDelete, stateOf(t).Edge+"/api/authentication/deactivate", "", bearer(me.token)...).status)
		},
	} {
		_, me, page := frontend(t)
		end(t, me)
		for _, path := range []string{"/members/profile", "/timeline/posts", "/activity"} {
			got := page.send(http.MethodGet, path)
			require.Equal(t, "JWT_EXPIRED", got.Code, name)
			require.Equal(t, []string{"true"}, got.header.Values("X-Relogin-Required"), "%s: refreshing is of no use", name)
			require.Empty(t, got.header.Values("X-Token-Refresh-Needed"), name)
		}
		page.ask(http.MethodGet, "/members/profile")
		require.True(t, page.atLogin, name)
		require.Zero(t, page.refreshes, name)
		page.atLogin = false
		page.refresh() // a tab that tries all the same
		require.True(t, page.atLogin, name)
	}
}

func TestTwoTabsThatRefreshAtOnceBothGoOn(t *testing.T) {
	t.Parallel()
	_, me, first := frontend(t)
	second := &tab{t: t, edge: first.edge, browser: first.browser, token: first.token}
	var both sync.WaitGroup
	for _, page := range []*tab{first, second} {
		both.Go(func() {
			if got := page.ask(http.MethodGet, "/members/profile"); got.status != http.StatusOK {
				t.Errorf("%d %s", got.status, got.raw)
			}
		})
	}
	both.Wait()
	for _, page := range []*tab{first, second} {
		require.False(t, page.atLogin)
		require.Equal(t, http.StatusOK, page.ask(http.MethodGet, "/timeline/posts").status)
		require.Equal(t, me.session, claimsOf(t, page.token).SessionID)
	}
	first.refresh()
	require.False(t, first.atLogin, "the browser has the one live cookie")
}

func TestAStolenCookieEndsTheSessionOfThiefAndOwner(t *testing.T) {
	t.Parallel()
	thief, me, page := frontend(t)
	stolen := page.browser.get()
	page.refresh()
	require.False(t, page.atLogin)
	// eleven seconds later
	_, err := thief.db.ExecContext(t.Context(), "UPDATE dailyfeed.jwt_refresh_tokens SET replaced_at = replaced_at - INTERVAL 11 SECOND WHERE session_id = ? AND replaced_at IS NOT NULL", me.session)
	require.NoError(t, err)
	got := call(t, http.MethodPost, page.edge+"/api/token/refresh", "", "Cookie", "refresh_token="+stolen)
	require.Equal(t, revoked, got.Code)
	require.Equal(t, []string{"true"}, got.header.Values("X-Relogin-Required"))
	require.NoError(t, everywhere(t.Context(), stateOf(t).URLs, page.token, revoked))
	page.refresh()
	require.True(t, page.atLogin)
}
