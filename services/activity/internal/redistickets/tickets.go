// Package redistickets keeps the tickets that open a stream without a header,
// since a browser's EventSource sends none.
package redistickets

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

const (
	keyPrefix = "activity:stream-ticket:"
	life      = 30 * time.Second
	// Parameter is the query parameter that a ticket comes in.
	Parameter   = "ticket"
	ticketBytes = 32
)

// Tickets issues and redeems tickets. Redis gets neither ticket nor token: the
// key is a digest of the ticket, and the token is encrypted under the ticket.
type Tickets struct{ redis *rediscache.Client }

// New keeps tickets in redis.
func New(redis *rediscache.Client) *Tickets { return &Tickets{redis} }

// Issue makes a ticket that stands for an Authorization header for 30 s. Fails
// with CodeServiceUnavailable where Redis does not answer.
func (t *Tickets) Issue(ctx context.Context, authorization string) (string, error) {
	secret := make([]byte, ticketBytes)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	sealer, err := sealerOf(secret)
	if err != nil {
		return "", err
	}
	sealed := sealer.Seal(nil, nil, []byte(authorization), nil) //nolint:gosec // it makes its own nonce, and takes none (2026-11-21)
	if err := t.redis.Conn().Set(ctx, keyOf(secret), sealed, life).Err(); err != nil {
		return "", apierr.CodeServiceUnavailable.Wrap(fmt.Errorf("keep ticket: %w", err))
	}
	return base64.RawURLEncoding.EncodeToString(secret), nil
}

// Redeem puts the header that the request's ticket stands for into the request,
// where it has a ticket and no header of its own. A ticket serves once; one that
// is unknown, used or too old leaves the request without a header. Fails with
// CodeServiceUnavailable where Redis does not answer.
func (t *Tickets) Redeem(ctx context.Context, r *http.Request) error {
	ticket := r.URL.Query().Get(Parameter)
	if ticket == "" || len(r.Header.Values("Authorization")) > 0 {
		return nil
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(ticket)
	if err != nil || len(secret) != ticketBytes {
		return nil //nolint:nilerr // no ticket of ours
	}
	sealed, err := t.redis.Conn().GetDel(ctx, keyOf(secret)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	if err != nil {
		return apierr.CodeServiceUnavailable.Wrap(fmt.Errorf("redeem ticket: %w", err))
	}
	sealer, err := sealerOf(secret)
	if err != nil {
		return err
	}
	authorization, err := sealer.Open(nil, nil, sealed, nil)
	if err != nil {
		return nil //nolint:nilerr // nothing that was issued
	}
	r.Header.Set("Authorization", string(authorization))
	return nil
}

func keyOf(secret []byte) string {
	digest := sha256.Sum256(secret)
	return keyPrefix + hex.EncodeToString(digest[:])
}

func sealerOf(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return sealer, nil
}
