package forgery_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest/forgery"
)

const seed = 20261121

func newForger(t *testing.T, issuer *authtest.Issuer, seed uint64) (*forgery.Forger, forgery.Victim) {
	t.Helper()
	signer := issuer.Signer()
	victim := forgery.Victim{Good: []string{issuer.Token(42), issuer.Token(42)}, KeyID: signer.ID, Key: signer.Private, At: time.Now()}
	return forgerOf(t, victim, seed), victim
}

func forgerOf(t *testing.T, victim forgery.Victim, seed uint64) *forgery.Forger {
	t.Helper()
	forger, err := forgery.New(seed, victim)
	require.NoError(t, err)
	return forger
}

func TestTheVerifierAcceptsNoForgery(t *testing.T) {
	t.Parallel()
	const forgeries = 20_000
	issuer := authtest.NewIssuer(t)
	forger, victim := newForger(t, issuer, seed)
	verifier := issuer.Verifier()
	accepts := func(authorization string) bool {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Authorization", authorization)
		_, _, err = verifier.Authenticate(t.Context(), r)
		return err == nil
	}
	for _, good := range victim.Good {
		require.True(t, accepts("Bearer "+good))
	}
	seen := map[forgery.Family]int{}
	for range forgeries {
		one := forger.Next()
		seen[one.Family]++
		require.False(t, accepts(one.Authorization), "%s: %s", one.Family, one.Authorization)
	}
	require.Len(t, seen, len(forger.Families()), "%v", seen)
	require.LessOrEqual(t, issuer.KeyFetches(), int64(3), "unknown keys do not make us ask again and again")
}

func TestTheSameSeedMakesTheSameForgeries(t *testing.T) {
	t.Parallel()
	issuer := authtest.NewIssuer(t)
	first, victim := newForger(t, issuer, seed)
	same, other := forgerOf(t, victim, seed), forgerOf(t, victim, seed+1)
	differ := 0
	for range 500 {
		one, another := first.Next(), other.Next()
		require.Equal(t, one, same.Next())
		if one.Authorization != another.Authorization {
			differ++
		}
	}
	require.Greater(t, differ, 450)
}

// TestAVerifierThatLacksACheckAcceptsForgeries proves that the forgeries can be
// accepted: each family, by one who lacks the check that it is about.
func TestAVerifierThatLacksACheckAcceptsForgeries(t *testing.T) {
	t.Parallel()
	issuer := authtest.NewIssuer(t)
	forger, victim := newForger(t, issuer, seed)
	accepted := map[string]map[forgery.Family]int{}
	weak := weakVerifiers(t, &victim.Key.PublicKey, victim.KeyID)
	for range 10_000 {
		one := forger.Next()
		for name, accepts := range weak {
			if accepts(one.Authorization) {
				if accepted[name] == nil {
					accepted[name] = map[forgery.Family]int{}
				}
				accepted[name][one.Family]++
			}
		}
	}
	for name, families := range map[string][]forgery.Family{
		"does not check signatures":      {forgery.Mutated, forgery.Signature, forgery.Stranger},
		"believes in alg none":           {forgery.Unsigned},
		"keys an HMAC with what it has":  {forgery.Confused},
		"takes the key out of the token": {forgery.Stranger},
		"has one key for every id":       {forgery.KeyID},
		"checks what a library checks":   {forgery.Header, forgery.Signature, forgery.Encoding, forgery.MissingOne, forgery.Doubled, forgery.Foreign},
		"checks no claims":               {forgery.Foreign, forgery.Untimely, forgery.MissingOne},
		"takes the last word":            {forgery.Envelope},
	} {
		for _, family := range families {
			require.Positive(t, accepted[name][family], "who %s, for %s", name, family)
		}
	}
	for _, family := range forger.Families() {
		some := false
		for _, families := range accepted {
			some = some || families[family] > 0
		}
		require.True(t, some, "nobody falls for %s", family)
	}
}

var errNoKey = errors.New("no key")

// weakVerifiers lack a check each.
func weakVerifiers(t *testing.T, public *ecdsa.PublicKey, keyID string) map[string]func(authorization string) bool {
	t.Helper()
	point, err := public.Bytes()
	require.NoError(t, err)
	byID := func(token *jwt.Token) (any, error) {
		if token.Header["kid"] != keyID {
			return nil, errNoKey
		}
		return public, nil
	}
	parse := func(keys jwt.Keyfunc, options ...jwt.ParserOption) func(string) bool {
		parser := jwt.NewParser(options...)
		return func(authorization string) bool {
			token, err := parser.Parse(strings.TrimPrefix(authorization, "Bearer "), keys)
			return err == nil && token.Valid
		}
	}
	library := parse(byID, jwt.WithValidMethods([]string{"ES256"}))
	return map[string]func(string) bool{
		"does not check signatures": func(authorization string) bool {
			_, _, err := jwt.NewParser().ParseUnverified(strings.TrimPrefix(authorization, "Bearer "), jwt.MapClaims{})
			return err == nil
		},
		"believes in alg none": parse(func(token *jwt.Token) (any, error) {
			if token.Method == jwt.SigningMethodNone {
				return jwt.UnsafeAllowNoneSignatureType, nil
			}
			return byID(token)
		}),
		"keys an HMAC with what it has": parse(func(token *jwt.Token) (any, error) {
			if _, isHMAC := token.Method.(*jwt.SigningMethodHMAC); isHMAC {
				return point, nil
			}
			return byID(token)
		}),
		"takes the key out of the token": parse(func(token *jwt.Token) (any, error) { return keyIn(token.Header["jwk"]) }),
		"has one key for every id":       parse(func(*jwt.Token) (any, error) { return public, nil }),
		"checks what a library checks":   library,
		"checks no claims":               parse(byID, jwt.WithoutClaimsValidation()),
		"takes the last word": func(authorization string) bool {
			words := strings.FieldsFunc(authorization, func(r rune) bool { return strings.ContainsRune(` ,=:"`, r) })
			return len(words) > 0 && library("Bearer "+words[len(words)-1])
		},
	}
}

// keyIn reads the key that a token brings along.
func keyIn(value any) (*ecdsa.PublicKey, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var key struct{ X, Y string }
	if err := json.Unmarshal(raw, &key); err != nil {
		return nil, err
	}
	x, errX := base64.RawURLEncoding.DecodeString(key.X)
	y, errY := base64.RawURLEncoding.DecodeString(key.Y)
	if errX != nil || errY != nil {
		return nil, errNoKey
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
}
