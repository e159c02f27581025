package signing

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// Key is a signing key as it is stored.
type Key struct {
	ID string
	// Public is in PKIX form, and Sealed is the sealed private half; it is
	// empty once the key is inactive.
	Public []byte
	Sealed []byte
	// Primary is the newest key: it signs, or will from ActivatedAt on.
	Primary bool
	// Active keys are published.
	Active      bool
	ActivatedAt time.Time
	// ExpiresAt is when no token of the key can be valid any more; zero for
	// the primary, which does not expire.
	ExpiresAt time.Time
	CreatedAt time.Time
}

func (k Key) public() (*ecdsa.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(k.Public)
	if err != nil {
		return nil, fmt.Errorf("read key %s: %w", k.ID, err)
	}
	public, ok := parsed.(*ecdsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("read key %s: is a %T", k.ID, parsed)
	}
	return public, nil
}

// newPrimary makes a key that signs from activatedAt on.
func newPrimary(sealer *Sealer, random io.Reader, now, activatedAt time.Time) (Key, error) {
	const idBytes = 12
	raw := make([]byte, idBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return Key{}, fmt.Errorf("make key: %w", err)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return Key{}, fmt.Errorf("make key: %w", err)
	}
	key := Key{ID: hex.EncodeToString(raw), Primary: true, Active: true, ActivatedAt: activatedAt, CreatedAt: now}
	if key.Public, err = x509.MarshalPKIXPublicKey(&private.PublicKey); err != nil {
		return Key{}, fmt.Errorf("make key: %w", err)
	}
	key.Sealed, err = sealer.seal(key.ID, private)
	return key, err
}

// ErrPresent is what stores return where there is a primary already.
var ErrPresent = errors.New("signing: there is a primary key")

// Reader finds keys.
type Reader interface {
	// FindActiveKeys are the keys to publish.
	FindActiveKeys(ctx context.Context) ([]Key, error)
}

// Store keeps keys. Locks last until the transaction of ctx ends.
type Store interface {
	Reader
	// InTx commits where do returns nil, and undoes everything otherwise.
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	Writer
}

// Writer changes keys.
type Writer interface {
	// LockActiveKeys finds the keys to publish, for changing them.
	LockActiveKeys(ctx context.Context) ([]Key, error)
	// AddKey fails with ErrPresent where there is another primary.
	AddKey(ctx context.Context, key Key) error
	// UpdateKey writes state, expiry and sealed half of a locked key.
	UpdateKey(ctx context.Context, key Key, at time.Time) error
}
