package auth_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

const (
	blacklisted = "member:authentication:blacklist:jti-1"
	flag        = "member:authentication:session-revoked:7"
	epoch       = "member:authentication:session-epoch:42"
)

func (b *bench) tokenOfSession7() string {
	return "Bearer " + b.Token(42, authtest.Session(7), authtest.TokenID("jti-1"))
}

func TestRedisSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values  map[string]string
		revoked bool
	}{
		"session lives":                           {map[string]string{flag: "0"}, false},
		"session lives, an earlier one is dead":   {map[string]string{flag: "0", epoch: "6"}, false},
		"session revoked":                         {map[string]string{flag: "1"}, true},
		"token revoked":                           {map[string]string{flag: "0", blacklisted: "1"}, true},
		"token revoked with an empty value":       {map[string]string{flag: "0", blacklisted: ""}, true},
		"token revoked, flag evicted":             {map[string]string{blacklisted: "1"}, true},
		"all sessions up to this one are dead":    {map[string]string{flag: "0", epoch: "7"}, true},
		"all sessions up to a later one, no flag": {map[string]string{epoch: "100"}, true},
		"session revoked, epoch is older":         {map[string]string{flag: "1", epoch: "3"}, true},
	} {
		b := newBench(t)
		token := b.tokenOfSession7()
		_, _, err := b.get(token) // fetches the keys
		require.NoError(t, err)
		b.SetDown(true) // whatever is answered from here on, Redis said it
		for key, value := range c.values {
			b.redis.Set(key, value)
		}
		_, _, err = b.get(token)
		if c.revoked {
			requireRefused(t, err, apierr.CodeTokenRevoked, relogin, name)
		} else {
			require.NoError(t, err, name)
		}
	}
}

func TestOneRoundTripToRedis(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.redis.Set(flag, "0")
	_, _, err := b.get(b.tokenOfSession7())
	require.NoError(t, err)
	require.Equal(t, 1, b.redis.Reads())
}

// Each of these is a Redis that lost something: the token must not come back to life.
func TestMemberIsAskedWhereRedisDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*authtest.Redis){
		"flushed":                     func(*authtest.Redis) {},
		"down":                        func(r *authtest.Redis) { r.Fail(errors.New("connection refused")) },
		"flag means nothing":          func(r *authtest.Redis) { r.Set(flag, "maybe") },
		"epoch means nothing":         func(r *authtest.Redis) { r.Set(flag, "0"); r.Set(epoch, "x") },
		"only an older epoch is left": func(r *authtest.Redis) { r.Set(epoch, "3") },
	} {
		b := newBench(t)
		lose(b.redis)
		token := b.tokenOfSession7()
		_, _, err := b.get(token)
		require.NoError(t, err, name)

		b.EndSession(7)
		_, _, err = b.get(token)
		requireRefused(t, err, apierr.CodeTokenRevoked, relogin, name)

		b.SetDown(true)
		_, _, err = b.get(token)
		requireRefused(t, err, apierr.CodeServiceUnavailable, nil, name)
	}
}

func TestHangingRedisAndMemberEndInUnavailable(t *testing.T) {
	t.Parallel()
	issuer := authtest.NewIssuer(t)
	keys := auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: issuer.JWKSURL(), Client: &http.Client{}}, Now: time.Now})
	verifier := auth.NewVerifier(auth.Config{
		Keys: keys, Revocations: hanging{}, Introspector: hanging{}, DeadSessions: hanging{}, Now: time.Now,
		StoreTimeout: 10 * time.Millisecond, MemberTimeout: 10 * time.Millisecond,
	})
	_, _, err := verifier.Authenticate(context.Background(), request(http.MethodGet, "Bearer "+issuer.Token(1)))
	requireRefused(t, err, apierr.CodeServiceUnavailable, nil)
	require.Equal(t, time.Second, apierr.From(err).RetryAfter)
}

func TestShortAnswerOfTheStoreIsNoAnswer(t *testing.T) {
	t.Parallel()
	issuer := authtest.NewIssuer(t)
	keys := auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: issuer.JWKSURL(), Client: &http.Client{}}, Now: time.Now})
	verifier := auth.NewVerifier(auth.Config{Keys: keys, Revocations: shortStore{}, Introspector: issuer, DeadSessions: issuer, Now: time.Now})
	token := issuer.Token(1, authtest.Session(7))
	issuer.EndSession(7)
	_, _, err := verifier.Authenticate(context.Background(), request(http.MethodGet, "Bearer "+token))
	requireRefused(t, err, apierr.CodeTokenRevoked, relogin)
}

type shortStore struct{}

func (shortStore) MGet(context.Context, ...string) ([]*string, error) { return nil, nil }

func TestARevokedTokensCallerIsToldForRepeats(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	token := b.Token(42, authtest.Session(7))
	b.redis.Set(auth.SessionKey(7), auth.SessionRevoked)
	ctx, headers, err := b.verifier.Authenticate(t.Context(), request(http.MethodPost, "Bearer "+token))
	requireRefused(t, err, apierr.CodeTokenRevoked, relogin, token)
	require.Nil(t, headers)
	caller, ok := auth.CallerFrom(ctx)
	require.True(t, ok)
	require.Equal(t, int64(42), caller.MemberID)
	require.Equal(t, int64(7), caller.SessionID)
}
