package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
)

func TestA2LogsIn(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	got := f.tryLogIn(t, "  "+strings.ToUpper(p.email)+"\t", goodPassword).requireOK(t, 200)
	summary := got.summary(t)
	require.Equal(t, []any{p.id, p.handle, p.handle, "김하늘", "no-image"}, []any{summary.MemberID, summary.Handle, summary.MemberHandle, summary.MemberName, summary.AvatarURL})
	require.Nil(t, summary.Following)
	require.Len(t, got.header.Values("Authorization"), 1)
	claims := claimsOf(t, got.header.Get("Authorization"))
	require.NotEmpty(t, claims.TokenID)
	require.Positive(t, claims.SessionID)
	require.EqualValues(t, 7200, claims.ExpiresAt-claims.IssuedAt)
	claims.TokenID, claims.SessionID, claims.ExpiresAt, claims.IssuedAt = "", 0, 0, 0
	require.Equal(t, tokenClaims{
		Issuer: "dailyfeed", Audience: "dailyfeed", Subject: strconv.FormatInt(p.id, 10), ID: p.id, MemberID: p.id, Roles: []string{"MEMBER"},
	}, claims)
}

// tokenClaims are all that a token says: no personal data.
type tokenClaims struct {
	Issuer    string   `json:"iss"`
	Audience  string   `json:"aud"`
	Subject   string   `json:"sub"`
	ID        int64    `json:"id"`
	MemberID  int64    `json:"memberId"`
	TokenID   string   `json:"jti"`
	SessionID int64    `json:"sid"`
	Roles     []string `json:"roles"`
	IssuedAt  int64    `json:"iat"`
	ExpiresAt int64    `json:"exp"`
}

func claimsOf(t *testing.T, bearer string) (claims tokenClaims) {
	t.Helper()
	parts := strings.Split(strings.TrimPrefix(bearer, "Bearer "), ".")
	require.Len(t, parts, 3)
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	require.NoError(t, err)
	require.Regexp(t, `^\{"alg":"ES256","typ":"JWT","kid":"[0-9a-f]{24}"\}$`, string(header))
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&claims))
	return claims
}

func TestCookiesHaveTheirAttributesWhereverTheyAreSetOrCleared(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	for name, tc := range map[string]struct {
		headers []string
		suffix  string
	}{
		"http":                             {nil, "; HttpOnly; SameSite=Lax"},
		"https by a trusted proxy":         {[]string{"X-Forwarded-Proto", "https"}, "; HttpOnly; Secure; SameSite=Strict"},
		"http by a trusted proxy, spelled": {[]string{"X-Forwarded-Proto", "http, https"}, "; HttpOnly; SameSite=Lax"},
	} {
		in := f.tryLogIn(t, p.email, goodPassword, tc.headers...).requireOK(t, 200)
		set := in.header.Values("Set-Cookie")
		require.Len(t, set, 2, name)
		require.Regexp(t, `^refresh_token=[A-Za-z0-9_-]{43}; Path=/; Max-Age=2592000`+tc.suffix+`$`, set[0], name)
		require.Regexp(t, `^device=[A-Za-z0-9_.-]+; Path=/; Max-Age=31536000`+tc.suffix+`$`, set[1], name)
		logged := *p
		logged.take(t, in)
		cookie := append([]string{"Cookie", "refresh_token=" + logged.refresh.Value}, tc.headers...)
		again := f.do(t, nil, "POST", "/api/authentication/refresh", "", cookie...).requireOK(t, 200)
		require.Len(t, again.header.Values("Set-Cookie"), 1)
		require.Regexp(t, `^refresh_token=[A-Za-z0-9_-]{43}; Path=/; Max-Age=2592000`+tc.suffix+`$`, again.header.Get("Set-Cookie"), name)
		out := f.do(t, &logged, "POST", "/api/authentication/logout", "", tc.headers...).requireOK(t, 200)
		require.Equal(t, []string{"refresh_token=; Path=/; Max-Age=0" + tc.suffix}, out.header.Values("Set-Cookie"), name)
	}
}

func TestCookiesCanBeMadeSecureBySetting(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) { c.CookieSecure = true })
	p := f.person(t)
	require.True(t, p.refresh.Secure)
	require.Equal(t, http.SameSiteStrictMode, p.refresh.SameSite)
}

func TestAnUnknownAddressAndAWrongPasswordAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	wrong := f.tryLogIn(t, p.email, otherPassword, "X-Request-Id", "same").requireCode(t, 400, "LOGIN_FAILED")
	unknown := f.tryLogIn(t, unique()+"@dailyfeed.example", otherPassword, "X-Request-Id", "same").requireCode(t, 400, "LOGIN_FAILED")
	require.Equal(t, wrong.raw, unknown.raw)
	require.Empty(t, wrong.header.Values("Set-Cookie"))
	f.do(t, nil, "POST", "/api/authentication/login", `{}`).requireFields(t, "email", "password")
	f.do(t, nil, "POST", "/api/authentication/login", `{"email":null,"password":" "}`).requireFields(t, "email", "password")
	f.tryLogIn(t, "x", strings.Repeat("한", 100_000)).requireCode(t, 400, "LOGIN_FAILED")
}

// The two take turns, so that what else the machine does counts for both.
func TestAnUnknownAddressTakesAsLongAsAWrongPassword(t *testing.T) {
	t.Parallel()
	f := start(t)
	const tries = 5 // what one address allows
	email := f.signUp(t).email
	var wrong, unknown []time.Duration
	for i := range tries {
		for _, side := range []struct {
			email string
			times *[]time.Duration
		}{{email, &wrong}, {unique() + "@dailyfeed.example", &unknown}} {
			begin := time.Now()
			f.tryLogIn(t, side.email, otherPassword, "X-Forwarded-For", "203.0.113."+strconv.Itoa(i+1))
			*side.times = append(*side.times, time.Since(begin))
		}
	}
	slices.Sort(wrong)
	slices.Sort(unknown)
	median, medianUnknown := wrong[tries/2], unknown[tries/2]
	require.Greater(t, medianUnknown, median/3, "%s against %s: the hash is computed for both", medianUnknown, median)
	require.Greater(t, median, medianUnknown/3, "%s against %s", median, medianUnknown)
}

func TestAfterFiveFailuresAnAddressIsLockedForOthersButNotForItsOwnersDevice(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	for range 5 {
		f.tryLogIn(t, p.email, otherPassword).requireCode(t, 400, "LOGIN_FAILED")
	}
	locked := f.tryLogIn(t, strings.ToUpper(p.email), goodPassword).requireCode(t, 429, "TOO_MANY_REQUESTS")
	seconds, err := strconv.Atoi(locked.header.Get("Retry-After"))
	require.NoError(t, err)
	require.Greater(t, seconds, 14*60)
	require.LessOrEqual(t, seconds, 15*60)

	f.tryLogIn(t, p.email, goodPassword, "Cookie", "device="+p.device.Value).requireOK(t, 200)
	for range 5 {
		f.tryLogIn(t, p.email, otherPassword).requireCode(t, 400, "LOGIN_FAILED") // the success has reset the count
	}
	f.tryLogIn(t, p.email, goodPassword).requireCode(t, 429, "TOO_MANY_REQUESTS")
	f.tryLogIn(t, p.email, goodPassword, "Cookie", "refresh_token="+p.refresh.Value).requireOK(t, 200)
}

func TestAKnownDeviceIsBoundToItsAccountAndHasABudgetOfItsOwn(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, other := f.person(t), f.person(t)
	for range 5 {
		f.tryLogIn(t, other.email, otherPassword, "Cookie", "device="+p.device.Value).requireCode(t, 400, "LOGIN_FAILED")
	}
	f.tryLogIn(t, other.email, goodPassword, "Cookie", "device="+p.device.Value).requireCode(t, 429, "TOO_MANY_REQUESTS")
	f.tryLogIn(t, other.email, goodPassword, "Cookie", "refresh_token="+p.refresh.Value).requireCode(t, 429, "TOO_MANY_REQUESTS")
	for range 5 {
		f.tryLogIn(t, p.email, otherPassword, "Cookie", "device="+p.device.Value).requireCode(t, 400, "LOGIN_FAILED")
	}
	f.tryLogIn(t, p.email, goodPassword, "Cookie", "device="+p.device.Value).requireCode(t, 429, "TOO_MANY_REQUESTS")
	f.tryLogIn(t, p.email, goodPassword).requireOK(t, 200)
}

func TestAfterTwentyFailuresAClientIsLockedButNotASharedOne(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) { c.SharedClientAddresses = []string{"198.51.100.0/24"} })
	p := f.signUp(t)
	for range 20 {
		f.tryLogIn(t, unique()+"@dailyfeed.example", otherPassword, "X-Forwarded-For", "203.0.113.9").requireCode(t, 400, "LOGIN_FAILED")
		f.tryLogIn(t, unique()+"@dailyfeed.example", otherPassword, "X-Forwarded-For", "198.51.100.7").requireCode(t, 400, "LOGIN_FAILED")
	}
	f.tryLogIn(t, p.email, goodPassword, "X-Forwarded-For", "203.0.113.9").requireCode(t, 429, "TOO_MANY_REQUESTS")
	f.tryLogIn(t, p.email, goodPassword, "X-Forwarded-For", "198.51.100.7").requireOK(t, 200)
	f.tryLogIn(t, p.email, goodPassword, "X-Forwarded-For", "203.0.113.10").requireOK(t, 200)
}

func TestParallelGuessesOnManyReplicasDoNotSlipThrough(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	first := *f
	f.join(t)
	var guessed, refused atomic.Int64
	together(60, func(i int) {
		replica := f
		if i%2 == 0 {
			replica = &first
		}
		body := `{"email":"` + p.email + `","password":"` + otherPassword + `"}`
		got, err := replica.send(t.Context(), nil, "POST", "/api/authentication/login", body, "X-Forwarded-For", "203.0.113."+strconv.Itoa(i+1))
		switch {
		case err != nil:
		case got.Code == "LOGIN_FAILED":
			guessed.Add(1)
		case got.Code == "TOO_MANY_REQUESTS":
			refused.Add(1)
		}
	})
	if first.service.attempts.FellBack()+f.service.attempts.FellBack() > 0 { // a Redis that is late costs one more budget
		require.LessOrEqual(t, guessed.Load(), int64(10))
		return
	}
	require.LessOrEqual(t, guessed.Load(), int64(5))
	require.GreaterOrEqual(t, refused.Load(), int64(50))
}

func TestALoginIsNotAnsweredFromTheBookOfAnswers(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	first := f.tryLogIn(t, p.email, goodPassword, "Idempotency-Key", "k").requireOK(t, 200)
	second := f.tryLogIn(t, p.email, goodPassword, "Idempotency-Key", "k").requireOK(t, 200)
	require.NotEqual(t, first.header.Get("Authorization"), second.header.Get("Authorization"))
	require.Empty(t, second.header.Get("Idempotency-Replayed"))
}

func TestFailuresAreStillCountedAfterARestart(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	for range 5 {
		f.tryLogIn(t, p.email, otherPassword).requireCode(t, 400, "LOGIN_FAILED")
	}
	f.join(t)
	f.tryLogIn(t, p.email, goodPassword).requireCode(t, 429, "TOO_MANY_REQUESTS")
}

func TestAKnownDeviceIsNotLockedOutByItsAddress(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	const everybodys = "203.0.113.9"
	for range 20 {
		f.tryLogIn(t, unique()+"@dailyfeed.example", otherPassword, "X-Forwarded-For", everybodys).requireCode(t, 400, "LOGIN_FAILED")
	}
	f.tryLogIn(t, p.email, goodPassword, "X-Forwarded-For", everybodys).requireCode(t, 429, "TOO_MANY_REQUESTS")
	for _, known := range []string{"device=" + p.device.Value, "refresh_token=" + p.refresh.Value} {
		f.tryLogIn(t, p.email, goodPassword, "X-Forwarded-For", everybodys, "Cookie", known).requireOK(t, 200)
	}
}
