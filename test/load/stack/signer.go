package stack

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/test/signingkey"
)

// signer makes tokens with member's own key, because a hundred thousand logins
// are hashed too slowly to be part of a load test.
type signer struct {
	keyID string
	key   *ecdsa.PrivateKey

	mu     sync.Mutex
	tokens map[int64]string
}

func newSigner(ctx context.Context, db *sql.DB, kek string) (*signer, error) {
	key, err := signingkey.Primary(ctx, db, kek)
	if err != nil {
		return nil, err
	}
	return &signer{keyID: key.ID, key: key.Private, tokens: map[int64]string{}}, nil
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
