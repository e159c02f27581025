package signing

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
)

const (
	kekBytes         = 32
	sealFormat       = 1
	fingerprintBytes = 8
)

var (
	// ErrBadKEK is a key-encryption key that is not 32 bytes long.
	ErrBadKEK = errors.New("signing: key-encryption key is not 32 bytes")
	// ErrSealed is a private key that none of the key-encryption keys opens.
	ErrSealed = errors.New("signing: private key is sealed with an unknown key-encryption key")
)

// Sealer seals private keys with the first of its key-encryption keys, and
// opens what any of them sealed.
type Sealer struct {
	random io.Reader
	keks   []kek
}

type kek struct {
	fingerprint []byte
	aead        cipher.AEAD
}

// NewSealer seals with current; previous are those that were used before it.
// It fails with ErrBadKEK.
func NewSealer(random io.Reader, current []byte, previous ...[]byte) (*Sealer, error) {
	s := &Sealer{random: random}
	for _, raw := range append([][]byte{current}, previous...) {
		if len(raw) != kekBytes {
			return nil, ErrBadKEK
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			return nil, fmt.Errorf("open key-encryption key: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("open key-encryption key: %w", err)
		}
		hash := sha256.Sum256(append([]byte("dailyfeed kek "), raw...))
		s.keks = append(s.keks, kek{fingerprint: hash[:fingerprintBytes], aead: aead})
	}
	return s, nil
}

// seal writes format, fingerprint, nonce and ciphertext.
func (s *Sealer) seal(keyID string, key *ecdsa.PrivateKey) ([]byte, error) {
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("seal key %s: %w", keyID, err)
	}
	k := s.keks[0]
	nonce := make([]byte, k.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, fmt.Errorf("seal key %s: %w", keyID, err)
	}
	sealed := append([]byte{sealFormat}, k.fingerprint...)
	return k.aead.Seal(append(sealed, nonce...), nonce, plain, about(keyID)), nil
}

// open reads what seal wrote for the same id. It fails with ErrSealed.
func (s *Sealer) open(keyID string, sealed []byte) (*ecdsa.PrivateKey, error) {
	const head = 1 + fingerprintBytes
	if len(sealed) < head || sealed[0] != sealFormat {
		return nil, fmt.Errorf("open key %s: %w", keyID, ErrSealed)
	}
	for _, k := range s.keks {
		if !bytes.Equal(k.fingerprint, sealed[1:head]) || len(sealed) < head+k.aead.NonceSize() {
			continue
		}
		nonce, text := sealed[head:head+k.aead.NonceSize()], sealed[head+k.aead.NonceSize():]
		plain, err := k.aead.Open(nil, nonce, text, about(keyID))
		if err != nil {
			return nil, fmt.Errorf("open key %s: %w: %w", keyID, ErrSealed, err)
		}
		return parsePrivate(keyID, plain)
	}
	return nil, fmt.Errorf("open key %s: %w", keyID, ErrSealed)
}

func parsePrivate(keyID string, plain []byte) (*ecdsa.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, fmt.Errorf("open key %s: %w", keyID, err)
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("open key %s: is a %T", keyID, parsed)
	}
	return private, nil
}

// isCurrent says whether sealed was sealed with the current key-encryption key.
func (s *Sealer) isCurrent(sealed []byte) bool {
	return len(sealed) > fingerprintBytes && bytes.Equal(sealed[1:1+fingerprintBytes], s.keks[0].fingerprint)
}

// about binds a ciphertext to its row.
func about(keyID string) []byte { return []byte("dailyfeed jwt_keys " + keyID) }
