package stack

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/support/auth"
)

// signer makes tokens with member's own key, because a hundred thousand logins
// are hashed too slowly to be part of a load test.
type signer struct {
	keyID string
	key   *ecdsa.PrivateKey

	mu     sync.Mutex
	tokens map[int64]string
}

func newSigner(ctx context.Context, db *sql.DB, secrets string) (*signer, error) {
	kek, err := secret(secrets, "JWT_KEK")
	if err != nil {
		return nil, err
	}
	s := &signer{tokens: map[int64]string{}}
	var sealed []byte
	if err := db.QueryRowContext(ctx, "SELECT key_id, private_key FROM jwt_keys WHERE is_primary").Scan(&s.keyID, &sealed); err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	if s.key, err = unseal(sealed, kek, s.keyID); err != nil {
		return nil, fmt.Errorf("open signing key: %w", err)
	}
	return s, nil
}

// sealHead is format and fingerprint (services/member/internal/signing/sealer.go).
const sealHead = 9

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
	nonce, text := sealed[sealHead:sealHead+gcm.NonceSize()], sealed[sealHead+gcm.NonceSize():]
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
		return nil, errors.New("not an ECDSA key")
	}
	return key, nil
}

const tokenLife = 12 * time.Hour

// sign makes a member's token once; its session has the member's number.
func (s *signer) sign(member int64) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token, ok := s.tokens[member]; ok {
		return token, nil
	}
	now := time.Now().UTC().Truncate(time.Second)
	token, err := auth.Sign(auth.Claims{
		MemberID: member, SessionID: member, TokenID: rand.Text(), Roles: []string{"MEMBER"}, IssuedAt: now, ExpiresAt: now.Add(tokenLife),
	}, s.keyID, s.key)
	if err != nil {
		return "", fmt.Errorf("sign token of member %d: %w", member, err)
	}
	s.tokens[member] = token
	return token, nil
}
