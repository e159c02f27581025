package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	coordinateBytes = 32
	uncompressed    = 4
)

// ErrBadKeys is a JWKS that cannot be used.
var ErrBadKeys = errors.New("auth: not a usable JWKS")

// Key is a public key that tokens are checked with.
type Key struct {
	// ID is the header member kid.
	ID     string
	Public *ecdsa.PublicKey
	// SignsFrom is when the key begins (or began) to sign, to the second. Keys
	// are published before that; the newest that signs is the one with the
	// latest SignsFrom that has passed. The zero time is older than all.
	SignsFrom time.Time
}

// jwk is a key on the wire. nbf is not registered for keys, and readers that do
// not know it ignore it (RFC 7517, 4).
type jwk struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	Y         string `json:"y"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	SignsFrom int64  `json:"nbf"`
}

type jwks struct {
	Keys []jwk `json:"keys"`
}

// EncodeKeys writes the JWKS of keys, in their order (newest first, for people
// who read it). A part of a second of SignsFrom is rounded up, so that no
// reader takes a key for the signing one too early.
func EncodeKeys(keys []Key) ([]byte, error) {
	document := jwks{Keys: []jwk{}}
	for _, key := range keys {
		point, err := key.Public.Bytes()
		if err != nil || key.Public.Curve != elliptic.P256() || !idForm.MatchString(key.ID) {
			return nil, fmt.Errorf("encode key %q: %w", key.ID, ErrBadKeys)
		}
		document.Keys = append(document.Keys, jwk{
			Type: "EC", Curve: "P-256", ID: key.ID, Use: "sig", Algorithm: algorithm,
			X:         base64.RawURLEncoding.EncodeToString(point[1 : 1+coordinateBytes]),
			Y:         base64.RawURLEncoding.EncodeToString(point[1+coordinateBytes:]),
			SignsFrom: secondsUp(key.SignsFrom),
		})
	}
	out, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	return out, nil
}

func secondsUp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Second - time.Nanosecond).Unix()
}

// DecodeKeys reads a JWKS. Keys that are not for ES256 signatures are left out.
// It fails with ErrBadKeys for a broken key among those that are, an id twice,
// or none left: a document that says so little is a mistake, and the keys that
// are known are better.
func DecodeKeys(document []byte) ([]Key, error) {
	var decoded jwks
	if err := json.Unmarshal(document, &decoded); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadKeys, err)
	}
	keys := make([]Key, 0, len(decoded.Keys))
	seen := map[string]bool{}
	for _, wire := range decoded.Keys {
		if !wire.isOurs() {
			continue
		}
		key, err := wire.key()
		if err != nil {
			return nil, err
		}
		if seen[key.ID] {
			return nil, fmt.Errorf("%w: key %q twice", ErrBadKeys, key.ID)
		}
		seen[key.ID] = true
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: no key", ErrBadKeys)
	}
	return keys, nil
}

func (w jwk) isOurs() bool {
	return w.Type == "EC" && w.Curve == "P-256" && (w.Use == "" || w.Use == "sig") && (w.Algorithm == "" || w.Algorithm == algorithm)
}

func (w jwk) key() (Key, error) {
	x, errX := canonical.DecodeString(w.X)
	y, errY := canonical.DecodeString(w.Y)
	if errX != nil || errY != nil || len(x) != coordinateBytes || len(y) != coordinateBytes || !idForm.MatchString(w.ID) {
		return Key{}, fmt.Errorf("%w: key %q is malformed", ErrBadKeys, w.ID)
	}
	point := append(append([]byte{uncompressed}, x...), y...)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return Key{}, fmt.Errorf("%w: key %q: %w", ErrBadKeys, w.ID, err)
	}
	key := Key{ID: w.ID, Public: public}
	if w.SignsFrom > 0 {
		key.SignsFrom = time.Unix(w.SignsFrom, 0).UTC()
	}
	return key, nil
}
