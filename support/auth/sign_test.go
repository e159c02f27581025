package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth"
)

var someClaims = auth.Claims{
	MemberID: 42, SessionID: 7, TokenID: "0190-uuid", Roles: []string{"MEMBER"},
	IssuedAt: time.Unix(1700000000, 999).UTC(), ExpiresAt: time.Unix(1700007200, 0).UTC(),
}

func TestTokenOnTheWire(t *testing.T) {
	t.Parallel()
	signer := fixedSigner(t)
	token, err := auth.Sign(someClaims, signer.ID, signer.Private)
	require.NoError(t, err)
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	require.NoError(t, err)
	require.Equal(t, `{"alg":"ES256","typ":"JWT","kid":"fixed-key"}`, string(header))
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	require.Equal(t, `{"iss":"dailyfeed","aud":"dailyfeed","sub":"42","id":42,"memberId":42,"jti":"0190-uuid","sid":7,"roles":["MEMBER"],"iat":1700000000,"exp":1700007200}`, string(payload))
}

func TestOthersCanReadOurTokens(t *testing.T) {
	t.Parallel()
	signer := fixedSigner(t)
	token, err := auth.Sign(someClaims, signer.ID, signer.Private)
	require.NoError(t, err)
	parsed, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return signer.Public, nil },
		jwt.WithValidMethods([]string{"ES256"}), jwt.WithIssuer("dailyfeed"), jwt.WithAudience("dailyfeed"), jwt.WithSubject("42"),
		jwt.WithTimeFunc(func() time.Time { return someClaims.IssuedAt }))
	require.NoError(t, err)
	require.Equal(t, "fixed-key", parsed.Header["kid"])
}

func TestSignaturesAreAlwaysLow(t *testing.T) {
	t.Parallel()
	signer := fixedSigner(t)
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	for range 200 {
		token, err := auth.Sign(someClaims, signer.ID, signer.Private)
		require.NoError(t, err)
		signature, err := base64.RawURLEncoding.DecodeString(token[strings.LastIndex(token, ".")+1:])
		require.NoError(t, err)
		require.Len(t, signature, 64)
		require.LessOrEqual(t, new(big.Int).SetBytes(signature[32:]).Cmp(half), 0)
	}
}

func TestWhatAVerifierWouldRefuseIsNotSigned(t *testing.T) {
	t.Parallel()
	signer := fixedSigner(t)
	for name, change := range map[string]func(*auth.Claims){
		"no member":         func(c *auth.Claims) { c.MemberID = 0 },
		"negative member":   func(c *auth.Claims) { c.MemberID = -1 },
		"member of 2^53":    func(c *auth.Claims) { c.MemberID = 1 << 53 },
		"no session":        func(c *auth.Claims) { c.SessionID = 0 },
		"no token id":       func(c *auth.Claims) { c.TokenID = "" },
		"token id a:b":      func(c *auth.Claims) { c.TokenID = "a:b" },
		"never expires":     func(c *auth.Claims) { c.ExpiresAt = time.Time{} },
		"ends at its start": func(c *auth.Claims) { c.ExpiresAt = c.IssuedAt },
		"no issue time":     func(c *auth.Claims) { c.IssuedAt = time.Time{} },
		"too many roles":    func(c *auth.Claims) { c.Roles = make([]string, 33) },
	} {
		claims := someClaims
		change(&claims)
		_, err := auth.Sign(claims, signer.ID, signer.Private)
		require.Error(t, err, name)
	}
	_, err := auth.Sign(someClaims, "no id", signer.Private)
	require.Error(t, err)
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	_, err = auth.Sign(someClaims, signer.ID, other)
	require.Error(t, err)
}
