package auth_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

// fixedSigner is the same in every process, so that the corpus of one run means
// the same in the next.
func fixedSigner(t testing.TB) authtest.Signer {
	t.Helper()
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{5}, 32))
	require.NoError(t, err)
	return authtest.Signer{Private: private, Key: auth.Key{ID: "fixed-key", Public: &private.PublicKey}}
}

type fixedKeys []auth.Key

func (k fixedKeys) FetchKeys(context.Context) ([]auth.Key, time.Duration, error) { return k, 0, nil }

// FuzzAuthenticate: whatever comes, only what the key signed is accepted, and
// only as the caller that it was signed for.
func FuzzAuthenticate(f *testing.F) {
	signer := fixedSigner(f)
	redis := &authtest.Redis{}
	redis.Set(auth.SessionKey(7), auth.SessionLive)
	verifier := auth.NewVerifier(auth.Config{
		Keys: auth.NewKeySet(auth.KeySetConfig{Source: fixedKeys{signer.Key}, Now: time.Now}), Revocations: redis,
		Introspector: hanging{}, DeadSessions: hanging{}, MemberTimeout: time.Millisecond, Now: time.Now,
	})
	forger := newForger(f, signer)
	f.Add("Bearer " + forger.withClaims(nil))
	for _, token := range forger.forged() {
		f.Add("Bearer " + token)
	}
	f.Fuzz(func(t *testing.T, header string) {
		ctx, _, err := verifier.Authenticate(context.Background(), request(http.MethodGet, header))
		if err == nil {
			caller, ok := auth.CallerFrom(ctx)
			require.True(t, ok)
			require.Equal(t, int64(42), caller.MemberID)
			require.Equal(t, "jti-1", caller.TokenID)
			return
		}
		var failure *apierr.Error
		require.ErrorAs(t, err, &failure)
		require.Contains(t, []string{"INVALID_TOKEN", "BEARER_TOKEN_MISSING", "JWT_EXPIRED"}, failure.Code.Name())
	})
}
