// Package authtest is a member service for the tests of others: it signs
// tokens, publishes their keys over HTTP, and knows which are revoked.
package authtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth"
)

// InternalToken is what Issuer's internal endpoints ask for.
const InternalToken = "authtest-internal-token"

// Issuer makes tokens that its own Verifier, or any other whose JWKS_URL and
// MEMBER_URL point to it, accepts.
type Issuer struct {
	// URL is where the server listens: MEMBER_URL of the service under test.
	URL string

	t       testing.TB
	now     func() time.Time
	down    atomic.Bool
	fetches atomic.Int64

	mu      sync.Mutex
	signers []Signer // newest first
	revoked map[string]bool
	ended   map[int64]bool
	dead    map[string]bool
	nextID  int64
}

// Signer is a private key and its id.
type Signer struct {
	auth.Key
	Private *ecdsa.PrivateKey
}

// NewIssuer starts an issuer with one key, by the real clock. It stops with the test.
func NewIssuer(t testing.TB) *Issuer { return NewIssuerAt(t, time.Now) }

// NewIssuerAt is NewIssuer with a clock.
func NewIssuerAt(t testing.TB, now func() time.Time) *Issuer {
	t.Helper()
	issuer := &Issuer{t: t, now: now, revoked: map[string]bool{}, ended: map[int64]bool{}, dead: map[string]bool{}, nextID: 1000}
	issuer.Rotate(-time.Hour)
	server := httptest.NewServer(issuer.handler())
	t.Cleanup(server.Close)
	issuer.URL = server.URL
	return issuer
}

// JWKSURL is where the keys are: JWKS_URL of the service under test.
func (i *Issuer) JWKSURL() string { return i.URL + "/.well-known/jwks.json" }

// Rotate publishes a new key that signs from now+in on, and returns it.
func (i *Issuer) Rotate(in time.Duration) Signer {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(i.t, err)
	signer := Signer{Private: private, Key: auth.Key{ID: "key-" + rand.Text()[:12], Public: &private.PublicKey, SignsFrom: i.now().Add(in).Truncate(time.Second)}}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.signers = append([]Signer{signer}, i.signers...)
	return signer
}

// Withdraw removes a key from what is published.
func (i *Issuer) Withdraw(keyID string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	var left []Signer
	for _, signer := range i.signers {
		if signer.ID != keyID {
			left = append(left, signer)
		}
	}
	i.signers = left
}

// Signer is the key that signs now.
func (i *Issuer) Signer() Signer {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, signer := range i.signers {
		if !signer.SignsFrom.After(i.now()) {
			return signer
		}
	}
	require.FailNow(i.t, "no key signs yet")
	return Signer{}
}

// SetDown makes every endpoint answer 503, or work again.
func (i *Issuer) SetDown(down bool) { i.down.Store(down) }

// KeyFetches is how often the JWKS was asked for.
func (i *Issuer) KeyFetches() int64 { return i.fetches.Load() }
