package mysqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/signing"
)

var _ signing.Store = (*Store)(nil)

type keyRow struct {
	KeyID       string
	PublicKey   []byte
	PrivateKey  []byte
	IsPrimary   bool
	IsActive    bool
	ActivatedAt time.Time
	ExpiresAt   *time.Time
	CreatedAt   time.Time
}

func toKey(r keyRow) signing.Key {
	key := signing.Key{
		ID: r.KeyID, Public: r.PublicKey, Sealed: r.PrivateKey, Primary: r.IsPrimary, Active: r.IsActive,
		ActivatedAt: r.ActivatedAt, CreatedAt: r.CreatedAt,
	}
	if r.ExpiresAt != nil {
		key.ExpiresAt = *r.ExpiresAt
	}
	return key
}

func fromKey(k signing.Key) keyRow {
	r := keyRow{
		KeyID: k.ID, PublicKey: k.Public, PrivateKey: k.Sealed, IsPrimary: k.Primary, IsActive: k.Active,
		ActivatedAt: k.ActivatedAt, CreatedAt: k.CreatedAt,
	}
	if r.PrivateKey == nil {
		r.PrivateKey = []byte{}
	}
	if !k.ExpiresAt.IsZero() {
		r.ExpiresAt = &k.ExpiresAt
	}
	return r
}

const selectKeys = `SELECT key_id, public_key, private_key, is_primary, is_active, activated_at, expires_at, created_at
	FROM jwt_keys WHERE is_active = TRUE ORDER BY id`

// FindActiveKeys implements signing.Store.
func (s *Store) FindActiveKeys(ctx context.Context) ([]signing.Key, error) {
	return s.keys(ctx, selectKeys)
}

// LockActiveKeys implements signing.Store.
func (s *Store) LockActiveKeys(ctx context.Context) ([]signing.Key, error) {
	return s.keys(ctx, selectKeys+forUpdate)
}

func (s *Store) keys(ctx context.Context, query string) ([]signing.Key, error) {
	var rows []keyRow
	if err := s.pool.DB(ctx).Raw(query).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("find signing keys: %w", err)
	}
	keys := make([]signing.Key, len(rows))
	for i, r := range rows {
		keys[i] = toKey(r)
	}
	return keys, nil
}

// AddKey implements signing.Store.
func (s *Store) AddKey(ctx context.Context, key signing.Key) error {
	r := fromKey(key)
	_, err := s.insert(ctx, "add signing key "+r.KeyID, "uq_jwt_keys_primary",
		`INSERT INTO jwt_keys (key_id, algorithm, public_key, private_key, is_primary, is_active, activated_at, expires_at, created_at, updated_at)
		 VALUES (?, 'ES256', ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.KeyID, r.PublicKey, r.PrivateKey, r.IsPrimary, r.IsActive, r.ActivatedAt, r.ExpiresAt, r.CreatedAt, r.CreatedAt)
	if errors.Is(err, member.ErrPresent) {
		return fmt.Errorf("%w: %w", signing.ErrPresent, err)
	}
	return err
}

// UpdateKey implements signing.Store.
func (s *Store) UpdateKey(ctx context.Context, key signing.Key, at time.Time) error {
	r := fromKey(key)
	_, err := s.change(ctx, "update signing key "+r.KeyID,
		"UPDATE jwt_keys SET private_key = ?, is_primary = ?, is_active = ?, expires_at = ?, updated_at = ? WHERE key_id = ?",
		r.PrivateKey, r.IsPrimary, r.IsActive, r.ExpiresAt, at, r.KeyID)
	return err
}
