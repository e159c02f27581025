package auth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/auth"
)

// A token that was seen is still told from one that borrows its signature.
func TestAKnownSignatureProvesNoOtherPayload(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	known, other := b.Token(42), b.Token(43)
	for range 2 {
		_, _, err := b.get("Bearer " + known)
		require.NoError(t, err)
	}
	mixed := strings.Split(other, ".")
	mixed[2] = strings.Split(known, ".")[2]
	_, _, err := b.get("Bearer " + strings.Join(mixed, "."))
	requireRefused(t, err, apierr.CodeInvalidToken, relogin)
}

func TestAKnownTokenIsRevokedOnTheNextRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	token := b.tokenOfSession7()
	b.redis.Set(flag, "0")
	for range 2 {
		_, _, err := b.get(token)
		require.NoError(t, err)
	}
	b.redis.Set(flag, "1")
	_, _, err := b.get(token)
	requireRefused(t, err, apierr.CodeTokenRevoked, relogin)
}

// The handler of a Prover's route reads revocations with its own data.
func TestAPendingTokenIsSettledByTheValuesOfItsKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	live, revoked := "0", "1"
	ctx, _, err := b.verifier.Prover().Authenticate(t.Context(), request(http.MethodGet, b.tokenOfSession7()))
	require.NoError(t, err)
	caller, ok := auth.CallerFrom(ctx)
	require.True(t, ok)
	require.EqualValues(t, 42, caller.MemberID)
	pending, ok := auth.PendingFrom(ctx)
	require.True(t, ok)
	require.Equal(t, []string{blacklisted, flag, epoch}, pending.Keys())
	b.SetDown(true) // member cannot say
	require.NoError(t, pending.Settle(ctx, []*string{nil, &live, nil}, nil))
	requireRefused(t, pending.Settle(ctx, []*string{nil, &revoked, nil}, nil), apierr.CodeTokenRevoked, relogin)
	require.Error(t, pending.Settle(ctx, []*string{nil, nil, nil}, nil), "nothing says that it lives")
	require.Error(t, pending.Settle(ctx, nil, http.ErrServerClosed), "Redis did not answer")
	b.redis.Set(flag, "0")
	require.NoError(t, pending.Check(ctx))
	_, ok = auth.PendingFrom(t.Context())
	require.False(t, ok)
}

func TestAProverRefusesWhatIsNoTokenOfOurs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, _, err := b.verifier.Prover().Authenticate(t.Context(), request(http.MethodGet, "Bearer x.y.z"))
	requireRefused(t, err, apierr.CodeInvalidToken, relogin)
}
