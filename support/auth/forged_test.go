package auth_test

import (
	"crypto/rand"
	"encoding/base64"
	mrand "math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func TestForgerCanMakeAGoodToken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	f := newForger(t, b.Signer())
	for name, token := range map[string]string{
		"as it is":              f.withClaims(nil),
		"a claim nobody knows":  f.withClaims(obj{"x": map[string]any{"y": 1}}),
		"no roles":              f.withClaims(obj{"roles": []string{}}),
		"nbf that has passed":   f.withClaims(obj{"nbf": 1}),
		"largest id":            f.withClaims(obj{"sub": "9007199254740991", "id": 9007199254740991, "memberId": 9007199254740991}),
		"header in other order": f.sign(`{ "kid": "`+f.signer.ID+`", "typ":"JWT", "alg":"ES256" }`, f.json(f.claims)),
	} {
		_, _, err := b.get("Bearer " + token)
		require.NoError(t, err, name)
	}
}

func TestForgedTokensAreInvalid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	forged := newForger(t, b.Signer()).forged()
	require.GreaterOrEqual(t, len(forged), 150)
	for name, token := range forged {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, prefix := range []string{"Bearer ", "Bearer Bearer "} {
				_, headers, err := b.get(prefix + token)
				require.Error(t, err)
				if strings.Trim(token, " ") == "" {
					continue
				}
				requireRefused(t, err, apierr.CodeInvalidToken, relogin, token)
				require.Nil(t, headers)
			}
		})
	}
}

// TestMutatedTokensAreInvalid changes a good token at random: bytes of the text,
// bits of a part, lengths.
func TestMutatedTokensAreInvalid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	good := b.Token(42)
	var seed [32]byte
	_, _ = rand.Read(seed[:])
	t.Logf("seed %x", seed)
	random := mrand.New(mrand.NewChaCha8(seed))
	for range 20_000 {
		token := mutate(random, good)
		if token == good {
			continue
		}
		_, _, err := b.get("Bearer " + token)
		var failure *apierr.Error
		require.ErrorAs(t, err, &failure, "accepted %q", token)
		require.Contains(t, []string{"INVALID_TOKEN", "BEARER_TOKEN_MISSING"}, failure.Code.Name(), token)
	}
	require.LessOrEqual(t, b.KeyFetches(), int64(3), "unknown keys do not make us ask again and again")
}

func mutate(random *mrand.Rand, good string) string {
	token := []byte(good)
	switch random.IntN(5) {
	case 0: // another letter
		token[random.IntN(len(token))] = alphabet[random.IntN(len(alphabet))]
	case 1: // any byte
		token[random.IntN(len(token))] = byte(random.IntN(256))
	case 2: // cut
		return string(token[:random.IntN(len(token))])
	case 3: // doubled piece
		at := random.IntN(len(token))
		return string(token[:at]) + string(token[random.IntN(len(token)):])
	default: // a bit of a decoded part
		parts := strings.Split(good, ".")
		n := random.IntN(len(parts))
		raw, _ := base64.RawURLEncoding.DecodeString(parts[n])
		raw[random.IntN(len(raw))] ^= 1 << random.IntN(8)
		parts[n] = b64(raw)
		return strings.Join(parts, ".")
	}
	return string(token)
}
