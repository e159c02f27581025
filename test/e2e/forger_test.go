package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql" // the store of the keys
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/signingkey"
)

// forger makes tokens with the key that member signs with, taken out of its
// table: nobody else can make one that is expired and otherwise right.
type forger struct {
	keyID string
	key   *ecdsa.PrivateKey
}

func newForger(t *testing.T, dsn, kek string) *forger {
	t.Helper()
	pool, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	defer func() { _ = pool.Close() }()
	key, err := signingkey.Primary(t.Context(), pool, kek)
	require.NoError(t, err)
	return &forger{keyID: key.ID, key: key.Private}
}

// forgery is a token in the making.
type forgery struct {
	header, claims map[string]any
	key            *ecdsa.PrivateKey
	high           bool // the other form of the signature
	padded         bool
}

func (f *forger) begin(member int64) forgery {
	now := time.Now()
	return forgery{
		header: map[string]any{"alg": "ES256", "typ": "JWT", "kid": f.keyID},
		claims: map[string]any{
			"iss": "dailyfeed", "aud": "dailyfeed", "sub": fmt.Sprint(member), "id": member, "memberId": member,
			"jti": rand.Text(), "sid": 1, "roles": []string{}, "iat": now.Add(-3 * time.Hour).Unix(), "exp": now.Add(-time.Hour).Unix(),
		},
		key: f.key,
	}
}

func (f forgery) header1(name string, value any) forgery {
	f.header = maps.Clone(f.header)
	f.header[name] = value
	return f
}

// claim sets a claim; nil takes it away.
func (f forgery) claim(name string, value any) forgery {
	f.claims = maps.Clone(f.claims)
	f.claims[name] = value
	if value == nil {
		delete(f.claims, name)
	}
	return f
}

// unexpired is the forgery as member would make it now.
func (f forgery) unexpired() forgery { return f.claim("exp", time.Now().Add(time.Hour).Unix()) }

func (f forgery) token(t *testing.T) string {
	t.Helper()
	encoding := base64.RawURLEncoding
	if f.padded {
		encoding = base64.URLEncoding
	}
	part := func(value any) string {
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		for f.padded && len(raw)%3 == 0 { // so that there is padding
			raw = append(raw, ' ')
		}
		return encoding.EncodeToString(raw)
	}
	signed := part(f.header) + "." + part(f.claims)
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, f.key, digest[:])
	require.NoError(t, err)
	order := elliptic.P256().Params().N
	isHigh := s.Cmp(new(big.Int).Rsh(order, 1)) > 0
	if isHigh != f.high {
		s.Sub(order, s)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + encoding.EncodeToString(signature)
}

func foreignKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}
