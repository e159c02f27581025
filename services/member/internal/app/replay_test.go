package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
)

// endings are the requests that end the session they come from.
func endings(t *testing.T, f *fleet, p *person) map[string][2]string {
	t.Helper()
	var own string
	for _, s := range read[[]memberrest.Session](t, f.do(t, p, "GET", "/api/authentication/sessions", "")) {
		if s.Current {
			own = s.SessionID
		}
	}
	return map[string][2]string{
		"A3": {"POST", "/api/authentication/logout"},
		"A4": {"POST", "/api/authentication/logout-all"},
		"A5": {"DELETE", "/api/authentication/deactivate"},
		"A9": {"DELETE", "/api/authentication/sessions/" + own},
	}
}

func TestARepeatedEndOfASessionIsAnsweredAsTheFirstAndClearsTheCookieAgain(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, by := range []string{"Idempotency-Key", "X-Request-Id"} {
		for _, name := range []string{"A3", "A4", "A5", "A9"} {
			p := f.person(t)
			what := endings(t, f, p)[name]
			id := unique()
			first := f.do(t, p, what[0], what[1], "", by, id)
			require.Equal(t, 200, first.http, first.raw)
			events := f.count(t, "SELECT COUNT(*) FROM member_publisher_dead_letters")
			for range 2 {
				again := f.do(t, p, what[0], what[1], "", by, id)
				require.Equal(t, 200, again.http, "%s by %s: %s", name, by, again.raw)
				require.Equal(t, first.raw, again.raw, name)
				require.Equal(t, "true", again.header.Get("Idempotency-Replayed"), name)
				require.Equal(t, first.header.Values("Set-Cookie"), again.header.Values("Set-Cookie"), name)
				require.Contains(t, again.header.Get("Set-Cookie"), "refresh_token=; Path=/; Max-Age=0", name)
			}
			require.Equal(t, events, f.count(t, "SELECT COUNT(*) FROM member_publisher_dead_letters"), "a repeat does nothing")
			f.do(t, p, what[0], what[1], "", by, id+"-another").requireCode(t, 401, "TOKEN_REVOKED")
			f.do(t, p, "GET", "/api/members", "", by, id).requireCode(t, 401, "TOKEN_REVOKED")
		}
	}
}

func TestTheRepeatOfAnEndIsForNobodyElse(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	f.do(t, p, "POST", "/api/authentication/logout", "", "Idempotency-Key", "k").requireOK(t, 200)
	f.do(t, other, "POST", "/api/authentication/logout-all", "").requireOK(t, 200)
	f.do(t, other, "POST", "/api/authentication/logout", "", "Idempotency-Key", "k").requireCode(t, 401, "TOKEN_REVOKED")
	forged := *p
	forged.bearer = p.bearer[:len(p.bearer)-4] + "AAAA"
	f.do(t, &forged, "POST", "/api/authentication/logout", "", "Idempotency-Key", "k").requireCode(t, 401, "INVALID_TOKEN")
}

func TestEndingAnothersSessionLeavesTheOwnCookieAlsoInARepeat(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	elsewhere := f.logIn(t, p)
	there := endings(t, f, elsewhere)["A9"]
	for range 2 {
		got := f.do(t, p, there[0], there[1], "", "Idempotency-Key", "k").requireOK(t, 200)
		require.Empty(t, got.header.Values("Set-Cookie"))
	}
	f.requireAlive(t, p)
}
