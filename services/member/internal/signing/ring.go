package signing

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/auth"
)

// ErrNoKey says that no key can sign now.
var ErrNoKey = errors.New("signing: no key can sign")

// Ring holds the active keys of a store in memory: it signs access tokens and
// publishes the JWKS. It is safe for concurrent use.
type Ring struct {
	store    Reader
	sealer   *Sealer
	settings Settings
	now      func() time.Time
	held     atomic.Pointer[held]
	mu       sync.Mutex // one reload at a time
}

var (
	_ member.TokenSigner = (*Ring)(nil)
	_ auth.KeySource     = (*Ring)(nil)
)

// held is one state of the store.
type held struct {
	at time.Time
	// keys are the newest first.
	keys    []auth.Key
	signers map[string]*ecdsa.PrivateKey
	jwks    []byte
}

// NewRing holds nothing until Reload or Run.
func NewRing(store Reader, sealer *Sealer, settings Settings, now func() time.Time) *Ring {
	return &Ring{store: store, sealer: sealer, settings: settings, now: now}
}

// Reload reads the keys. It fails with ErrNoKey where none of them can sign now.
func (r *Ring) Reload(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reload(ctx)
}

func (r *Ring) reload(ctx context.Context) error {
	stored, err := r.store.FindActiveKeys(ctx)
	if err != nil {
		return fmt.Errorf("reload keys: %w", err)
	}
	next := &held{at: r.now(), signers: make(map[string]*ecdsa.PrivateKey, len(stored))}
	slices.SortFunc(stored, func(a, b Key) int { return b.ActivatedAt.Compare(a.ActivatedAt) })
	var sealed error
	for _, key := range stored {
		public, err := key.public()
		if err != nil {
			return err
		}
		next.keys = append(next.keys, auth.Key{ID: key.ID, Public: public, SignsFrom: key.ActivatedAt})
		private, err := r.signer(key)
		if err != nil {
			sealed = errors.Join(sealed, err)
			continue
		}
		next.signers[key.ID] = private
	}
	if next.jwks, err = auth.EncodeKeys(next.keys); err != nil {
		return fmt.Errorf("reload keys: %w", err)
	}
	r.held.Store(next)
	if _, _, ok := next.signing(r.now()); !ok {
		return errors.Join(ErrNoKey, sealed)
	}
	return nil
}

// signer opens a private key, once.
func (r *Ring) signer(key Key) (*ecdsa.PrivateKey, error) {
	if before := r.held.Load(); before != nil {
		if private, ok := before.signers[key.ID]; ok {
			return private, nil
		}
	}
	return r.sealer.open(key.ID, key.Sealed)
}

// signing is the newest key whose time has come. It is never an older one that
// happens to be readable: verifiers take that for one that was replaced.
func (h *held) signing(now time.Time) (id string, private *ecdsa.PrivateKey, ok bool) {
	for _, key := range h.keys {
		if !key.SignsFrom.After(now) {
			private, ok = h.signers[key.ID]
			return key.ID, private, ok
		}
	}
	return "", nil, false
}

// fresh returns what is held, and reloads it first where it is too old.
func (r *Ring) fresh(ctx context.Context) (*held, error) {
	if h := r.held.Load(); h != nil && r.now().Sub(h.at) < r.settings.staleAfter() {
		return h, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.held.Load(); h != nil && r.now().Sub(h.at) < r.settings.staleAfter() {
		return h, nil
	}
	if err := r.reload(ctx); err != nil {
		return nil, err
	}
	return r.held.Load(), nil
}

// SignAccess implements member.TokenSigner with the newest key whose time has come.
func (r *Ring) SignAccess(ctx context.Context, claims member.AccessClaims) (string, error) {
	h, err := r.fresh(ctx)
	if err != nil {
		return "", err
	}
	id, private, ok := h.signing(r.now())
	if !ok {
		return "", ErrNoKey
	}
	roles := make([]string, len(claims.Roles))
	for i, role := range claims.Roles {
		roles[i] = string(role)
	}
	return auth.Sign(auth.Claims{
		MemberID: int64(claims.MemberID), SessionID: int64(claims.SessionID), TokenID: string(claims.TokenID),
		Roles: roles, IssuedAt: claims.IssuedAt, ExpiresAt: claims.ExpiresAt,
	}, id, private)
}

// JWKS is the document to publish.
func (r *Ring) JWKS(ctx context.Context) ([]byte, error) {
	h, err := r.fresh(ctx)
	if err != nil {
		return nil, err
	}
	return h.jwks, nil
}

// FetchKeys implements auth.KeySource from the store itself, so that a token of
// another replica's newest key is known here too.
func (r *Ring) FetchKeys(ctx context.Context) ([]auth.Key, time.Duration, error) {
	if err := r.Reload(ctx); err != nil && !errors.Is(err, ErrNoKey) {
		return nil, 0, err
	}
	return r.held.Load().keys, 0, nil
}
