package auth_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

// bench is a verifier with an issuer and an empty Redis behind it.
type bench struct {
	*authtest.Issuer
	redis    *authtest.Redis
	verifier *auth.Verifier
}

func newBench(t testing.TB) *bench {
	t.Helper()
	issuer, redis := authtest.NewIssuer(t), &authtest.Redis{}
	member := auth.MemberAPI{BaseURL: issuer.URL, InternalToken: authtest.InternalToken, Client: &http.Client{}}
	keys := auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: issuer.JWKSURL(), Client: &http.Client{}}, Now: time.Now})
	verifier := auth.NewVerifier(auth.Config{Keys: keys, Revocations: redis, Introspector: member, DeadSessions: member, Now: time.Now})
	return &bench{Issuer: issuer, redis: redis, verifier: verifier}
}

func request(method string, authorization ...string) *http.Request {
	r := httptest.NewRequest(method, "/api/posts", nil)
	for _, value := range authorization {
		r.Header.Add("Authorization", value)
	}
	return r
}

func (b *bench) get(authorization ...string) (context.Context, http.Header, error) {
	return b.verifier.Authenticate(context.Background(), request(http.MethodGet, authorization...))
}

// requireRefused checks code and headers of a refusal: exactly these, each once.
func requireRefused(t *testing.T, err error, code *apierr.Code, headers map[string]string, about ...any) {
	t.Helper()
	var failure *apierr.Error
	require.ErrorAs(t, err, &failure, about...)
	require.Equal(t, code.Name(), failure.Code.Name(), about...)
	require.Equal(t, headers, failure.Headers, about...)
}

var (
	relogin = map[string]string{"X-Relogin-Required": "true"}
	refresh = map[string]string{"X-Token-Refresh-Needed": "true"}
)

func TestValidTokenTellsTheCaller(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	claims := b.Claims(42, authtest.Session(7), authtest.TokenID("jti-1"), authtest.Roles("MEMBER", "ADMIN"))
	signer := b.Signer()
	token, err := auth.Sign(claims, signer.ID, signer.Private)
	require.NoError(t, err)

	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete} {
		ctx, headers, err := b.verifier.Authenticate(context.Background(), request(method, "Bearer "+token))
		require.NoError(t, err)
		require.Empty(t, headers)
		caller, ok := auth.CallerFrom(ctx)
		require.True(t, ok)
		require.Equal(t, auth.Caller{MemberID: 42, SessionID: 7, TokenID: "jti-1", Roles: []string{"MEMBER", "ADMIN"}, ExpiresAt: claims.ExpiresAt}, caller)
	}
}

func TestPublicRouteHasNoCaller(t *testing.T) {
	t.Parallel()
	_, ok := auth.CallerFrom(context.Background())
	require.False(t, ok)
	caller, ok := auth.CallerFrom(auth.WithCaller(context.Background(), auth.Caller{MemberID: 3}))
	require.True(t, ok)
	require.Equal(t, int64(3), caller.MemberID)
}

func TestPrefixesThatAreAccepted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	token := b.Token(1)
	for _, header := range []string{"Bearer " + token, "Bearer Bearer " + token, "bearer " + token, "BEARER   " + token, "Bearer bearer  " + token + " "} {
		_, _, err := b.get(header)
		require.NoError(t, err, header)
	}
}

func TestNoHeaderOrNotBearer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	token := b.Token(1)
	missing := map[string]string{"WWW-Authenticate": "Bearer"}
	_, _, err := b.get()
	requireRefused(t, err, apierr.CodeBearerTokenMissing, missing)
	for _, header := range []string{"", " ", token, "Basic " + token, "Token " + token, "Bearer", "Bearer ", "Bearer Bearer", "Bearer Bearer  ", "Bearer" + token, "Bearer\t" + token, "Bear"} {
		_, _, err := b.get(header)
		requireRefused(t, err, apierr.CodeBearerTokenMissing, missing, "%q", header)
	}
}

func TestTwoAuthorizationHeadersAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, _, err := b.get("Bearer "+b.Token(1), "Bearer "+b.Token(2))
	requireRefused(t, err, apierr.CodeInvalidToken, relogin)
}

func TestExpiredTokenAsksForRefresh(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, headers, err := b.get("Bearer " + b.Token(1, authtest.Expired()))
	requireRefused(t, err, apierr.CodeJWTExpired, refresh)
	require.Nil(t, headers)
	require.Zero(t, b.redis.Reads(), "an expired token is not looked up")
}

func TestTokenEndsAtExpSharp(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	issuer := authtest.NewIssuerAt(t, func() time.Time { return now })
	verifier := issuer.Verifier()
	token := issuer.Token(1, authtest.Life(time.Hour))

	now = now.Add(time.Hour - time.Nanosecond)
	_, _, err := verifier.Authenticate(context.Background(), request(http.MethodGet, "Bearer "+token))
	require.NoError(t, err)
	now = now.Add(time.Nanosecond)
	_, _, err = verifier.Authenticate(context.Background(), request(http.MethodGet, "Bearer "+token))
	requireRefused(t, err, apierr.CodeJWTExpired, refresh)
}

func withCookie(b *bench, value string) *http.Request {
	r := request(http.MethodPost, "Bearer "+b.Token(1, authtest.Expired()))
	r.AddCookie(&http.Cookie{Name: "refresh_token", Value: value})
	return r
}

func TestExpiredTokenWithACookie(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dead := sha256.Sum256([]byte("dead-cookie"))
	b.KillRefreshToken(hex.EncodeToString(dead[:]))

	_, _, err := b.verifier.Authenticate(context.Background(), withCookie(b, "dead-cookie"))
	requireRefused(t, err, apierr.CodeJWTExpired, relogin)
	_, _, err = b.verifier.Authenticate(context.Background(), withCookie(b, "live-cookie"))
	requireRefused(t, err, apierr.CodeJWTExpired, refresh)

	b.SetDown(true) // nobody knows: trying to refresh is the smaller harm
	_, _, err = b.verifier.Authenticate(context.Background(), withCookie(b, "dead-cookie"))
	requireRefused(t, err, apierr.CodeJWTExpired, refresh)
}

func TestDeadSessionsAreAskedForABoundedTime(t *testing.T) {
	t.Parallel()
	issuer := authtest.NewIssuer(t)
	keys := auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: issuer.JWKSURL(), Client: &http.Client{}}, Now: time.Now})
	verifier := auth.NewVerifier(auth.Config{Keys: keys, DeadSessions: hanging{}, Now: time.Now, MemberTimeout: 20 * time.Millisecond})
	r := request(http.MethodGet, "Bearer "+issuer.Token(1, authtest.Expired()))
	r.AddCookie(&http.Cookie{Name: "refresh_token", Value: "x"})
	_, _, err := verifier.Authenticate(context.Background(), r)
	requireRefused(t, err, apierr.CodeJWTExpired, refresh)
}

type hanging struct{}

func (hanging) Dead(ctx context.Context, _ string) (bool, error) {
	<-ctx.Done()
	return true, ctx.Err()
}

func (hanging) Introspect(ctx context.Context, _ auth.Caller) (bool, error) {
	<-ctx.Done()
	return true, ctx.Err()
}

func (hanging) MGet(ctx context.Context, _ ...string) ([]*string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestOlderKeyAsksForRefreshOnlyOnGetAndHead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.Token(1)
	b.Rotate(-time.Second)
	newer := b.Token(1)

	for method, want := range map[string]http.Header{
		http.MethodGet: {"X-Token-Refresh-Needed": {"true"}}, http.MethodHead: {"X-Token-Refresh-Needed": {"true"}},
		http.MethodPost: nil, http.MethodPut: nil, http.MethodPatch: nil, http.MethodDelete: nil, http.MethodOptions: nil,
	} {
		_, headers, err := b.verifier.Authenticate(context.Background(), request(method, "Bearer "+old))
		require.NoError(t, err, method)
		require.Equal(t, want, headers, method)
		_, headers, err = b.verifier.Authenticate(context.Background(), request(method, "Bearer "+newer))
		require.NoError(t, err, method)
		require.Nil(t, headers, method)
	}
}

// A key is published before it signs. Until then there is no newer token to be
// had, and a client that was told to refresh would do so in vain, again and again.
func TestPublishedKeyThatDoesNotSignYetSupersedesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	token := b.Token(1)
	next := b.Rotate(time.Minute)
	_, headers, err := b.get("Bearer " + token)
	require.NoError(t, err)
	require.Nil(t, headers)

	_, headers, err = b.get("Bearer " + b.Token(1, authtest.SignedWith(next)))
	require.NoError(t, err, "member's clock may be ahead of ours")
	require.Nil(t, headers)
}

func TestNoKeysAndMemberDownIsUnavailable(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	token := b.Token(1)
	b.SetDown(true)
	_, _, err := b.get("Bearer " + token)
	requireRefused(t, err, apierr.CodeServiceUnavailable, nil)
	require.Equal(t, time.Second, apierr.From(err).RetryAfter)
}
