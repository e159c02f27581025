package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tokenCase is a row of the table of spec 03.
type tokenCase struct {
	title   string
	headers []string // values of Authorization; nil: none
	cookie  string
	code    string
	hint    string // the header that comes with it
}

// tokenCases needs members of its own: one whose token is revoked, and the
// cookies of a session that lives and one that is dead.
func tokenCases(t *testing.T, w *world) []tokenCase {
	t.Helper()
	const relogin, refresh, challenge = "X-Relogin-Required", "X-Token-Refresh-Needed", "Www-Authenticate"
	leaver := someone(t)
	_, err := leaver.members.LogOut(t.Context())
	require.NoError(t, err)
	good := w.me.token
	f := w.forger.begin(w.me.id)
	now := f.unexpired()
	foreign := now
	foreign.key = foreignKey(t)
	expiredForeign := f
	expiredForeign.key = foreign.key
	high, padded := now, now
	high.high, padded.padded = true, true
	none := now.header1("alg", "none").token(t)
	var cases []tokenCase
	add := func(title, code, hint string, headers ...string) {
		cases = append(cases, tokenCase{title: title, headers: headers, code: code, hint: hint})
	}
	for _, value := range []string{"", "Basic YTpi", "Bearer", "Bearer ", good, "Token " + good, "Bearer\t", "Bearerx " + good} {
		add("not bearer: "+clip(value), "BEARER_TOKEN_MISSING", challenge, value)
	}
	add("no header", "BEARER_TOKEN_MISSING", challenge)
	for title, token := range map[string]string{
		"not a JWT": "garbage", "two parts": "a.b", "four parts": good + ".x", "empty parts": "..", "a long one": strings.Repeat("a", 8000),
		"alg none": none, "alg none without signature": none[:strings.LastIndex(none, ".")+1],
		"another algorithm": now.header1("alg", "HS256").token(t), "an unknown kid": now.header1("kid", "nobody").token(t),
		"a kid that is a path": now.header1("kid", "../../etc/passwd").token(t), "a kid that is a query": now.header1("kid", "' OR 1=1 --").token(t),
		"crit": now.header1("crit", []string{"exp"}).token(t), "a key of its own": now.header1("jwk", map[string]any{}).token(t),
		"a bad signature": foreign.token(t), "an expired and badly signed one": expiredForeign.token(t),
		"the high form of the signature": high.token(t), "padding": padded.token(t), "white space inside": good[:20] + " " + good[20:],
		"no exp": now.claim("exp", nil).token(t), "an exp of 0": now.claim("exp", 0).token(t), "an exp that is text": now.claim("exp", "9999999999").token(t),
		"no sub": now.claim("sub", nil).token(t), "another sub": now.claim("sub", "1").token(t), "no jti": now.claim("jti", nil).token(t),
		"no sid": now.claim("sid", nil).token(t), "no roles": now.claim("roles", nil).token(t), "another issuer": now.claim("iss", "x").token(t),
		"another audience": now.claim("aud", "x").token(t), "from the future": now.claim("iat", time.Now().Add(time.Hour).Unix()).token(t),
		"not yet": now.claim("nbf", time.Now().Add(time.Hour).Unix()).token(t),
	} {
		add(title, "INVALID_TOKEN", relogin, "Bearer "+token)
	}
	add("two headers", "INVALID_TOKEN", relogin, "Bearer "+good, "Bearer "+good)
	add("three prefixes", "INVALID_TOKEN", relogin, "Bearer Bearer Bearer "+good)
	add("revoked", "TOKEN_REVOKED", relogin, "Bearer "+leaver.token)
	add("a session that never was", "TOKEN_REVOKED", relogin, "Bearer "+now.claim("sid", int64(1)<<40).token(t))
	add("expired", "JWT_EXPIRED", refresh, "Bearer "+f.token(t))
	expired := []string{"Bearer " + f.token(t)}
	return append(cases,
		tokenCase{title: "expired, dead cookie", headers: expired, cookie: leaver.oldCookie, code: "JWT_EXPIRED", hint: relogin},
		tokenCase{title: "expired, living cookie", headers: expired, cookie: w.me.oldCookie, code: "JWT_EXPIRED", hint: refresh})
}

func TestATokenIsRefusedAsTheTableSays(t *testing.T) {
	t.Parallel()
	w := wire(t)
	cases := tokenCases(t, w)
	w.each(t, func(op operation) bool { return op.bearer }, func(t *testing.T, op operation) {
		for _, c := range cases {
			a := w.valid(op).with("token: " + c.title)
			a.token = ""
			a.header["Authorization"] = c.headers
			if c.cookie != "" {
				a.header.Set("Cookie", "refresh_token="+c.cookie)
			}
			got := w.send(t, a)
			if got.wants(t, a, http.StatusUnauthorized, c.code) && got.header.Get(c.hint) == "" {
				t.Errorf("%s\n  got %s\n  without %s", a.describe(), got.describe(), c.hint)
			}
		}
	})
}

func TestWhatAKnownClientSendsForATokenIsAccepted(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.bearer && !op.endsCaller() && !op.streams() }, func(t *testing.T, op operation) {
		for _, prefix := range []string{"Bearer Bearer ", "bearer ", "BEARER ", "Bearer   "} {
			a := w.valid(op).withHeader("prefix "+prefix, "Authorization", prefix+w.me.token)
			if got := w.send(t, a); got.status == http.StatusUnauthorized {
				t.Errorf("%s\n  got %s", a.describe(), got.describe())
			}
		}
	})
}

func TestWhatIsPublicMindsNoToken(t *testing.T) {
	t.Parallel()
	w := wire(t)
	public := func(op operation) bool { return !op.bearer && !op.internal && !op.cookie }
	w.each(t, public, func(t *testing.T, op operation) {
		for _, value := range []string{"Bearer garbage", "Bearer", "Basic YTpi", "Bearer " + w.forger.begin(1).token(t)} {
			a := w.valid(op).withHeader("public, with "+clip(value), "Authorization", value)
			if got := w.send(t, a); got.status == http.StatusUnauthorized || got.status == http.StatusForbidden {
				t.Errorf("%s\n  got %s", a.describe(), got.describe())
			}
		}
	})
}

func TestWhatWorksByCookieIsRefusedWithoutOne(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.cookie }, func(t *testing.T, op operation) {
		for _, value := range []string{"", "refresh_token=", "refresh_token=x", "refresh_token=" + strings.Repeat("a", 5000), "refresh_token=%00", "refresh_token=a; refresh_token=b", "other=1"} {
			a := w.valid(op).withHeader("cookie "+clip(value), "Cookie", value)
			got := w.send(t, a)
			if got.wants(t, a, http.StatusUnauthorized, "INVALID_TOKEN") {
				require.Equal(t, "true", got.header.Get("X-Relogin-Required"))
			}
		}
		for _, origin := range []string{"http://evil.example", "null", "", "http://localhost:3000.evil.example", "https://localhost:3000"} {
			a := w.valid(op).withHeader("origin "+origin, "Origin", origin, "Cookie", "refresh_token=x")
			got := w.send(t, a)
			if origin != "" {
				got.wants(t, a, http.StatusForbidden, "ORIGIN_NOT_ALLOWED")
			}
		}
	})
}
