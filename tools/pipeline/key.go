package pipeline

import (
	"context"
	"fmt"
	"time"
)

// SigningKey is a key of member, without its secret half.
type SigningKey struct {
	KeyID     string `json:"keyId"`
	Algorithm string `json:"algorithm"`
	// State is signs, verifies (published, signs no more or not yet) or retired.
	State       string     `json:"state"`
	ActivatedAt time.Time  `json:"activatedAt"`
	ExpiresAt   *time.Time `json:"expiresAt"`
	CreatedAt   time.Time  `json:"createdAt"`
}

// ListKeys returns member's signing keys, the newest first.
func (s *Stores) ListKeys(ctx context.Context) ([]SigningKey, error) {
	pool, err := s.sql()
	if err != nil {
		return nil, err
	}
	var rows []struct {
		KeyID, Algorithm       string
		IsPrimary, IsActive    bool
		ActivatedAt, CreatedAt time.Time
		ExpiresAt              *time.Time
	}
	err = pool.DB(ctx).Raw("SELECT key_id, algorithm, is_primary, is_active, activated_at, expires_at, created_at FROM jwt_keys ORDER BY id DESC LIMIT 100").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	keys := make([]SigningKey, len(rows))
	for i, r := range rows {
		keys[i] = SigningKey{KeyID: r.KeyID, Algorithm: r.Algorithm, State: "retired", ActivatedAt: r.ActivatedAt, ExpiresAt: r.ExpiresAt, CreatedAt: r.CreatedAt}
		switch {
		case r.IsPrimary && !r.ActivatedAt.After(s.now()):
			keys[i].State = "signs"
		case r.IsActive:
			keys[i].State = "verifies"
		}
	}
	return keys, nil
}
