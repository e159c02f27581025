// Package signingkey takes the key that member signs tokens with out of its table:
// tests that forge tokens, and loads that cannot log everybody in, need it.
package signingkey

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/x509"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
)

// Key is what new tokens are signed with, and the name they give it.
type Key struct {
	ID      string
	Private *ecdsa.PrivateKey
}

var errNotSealed = errors.New("not a sealed ECDSA key")

// Primary reads the primary key from dailyfeed.jwt_keys and opens it with the
// key-encryption key, which is given as member's JWT_KEK is: in base64.
func Primary(ctx context.Context, db *sql.DB, kek string) (Key, error) {
	var k Key
	var sealed []byte
	row := db.QueryRowContext(ctx, "SELECT key_id, private_key FROM dailyfeed.jwt_keys WHERE is_primary")
	if err := row.Scan(&k.ID, &sealed); err != nil {
		return Key{}, fmt.Errorf("read signing key: %w", err)
	}
	private, err := unseal(sealed, kek, k.ID)
	if err != nil {
		return Key{}, fmt.Errorf("open signing key %s: %w", k.ID, err)
	}
	k.Private = private
	return k, nil
}

// head is format and fingerprint (services/member/internal/signing/sealer.go).
const head = 9

func unseal(sealed []byte, kek, keyID string) (*ecdsa.PrivateKey, error) {
	raw, err := base64.StdEncoding.DecodeString(kek)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	if len(sealed) < head+gcm.NonceSize() {
		return nil, errNotSealed
	}
	nonce, text := sealed[head:head+gcm.NonceSize()], sealed[head+gcm.NonceSize():]
	plain, err := gcm.Open(nil, nonce, text, []byte("dailyfeed jwt_keys "+keyID))
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errNotSealed
	}
	return key, nil
}
