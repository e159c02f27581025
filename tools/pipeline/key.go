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
	// State is signs (the newest whose time has come), verifies (published, signs no
	// more or not yet) or retired.
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
		IsActive               bool
		ActivatedAt, CreatedAt time.Time
		ExpiresAt              *time.Time
	}
	err = pool.DB(ctx).Raw("SELECT key_id, algorithm, is_active, activated_at, expires_at, created_at FROM jwt_keys ORDER BY id DESC LIMIT 100").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	keys, signs := make([]SigningKey, len(rows)), -1
	for i, r := range rows {
		keys[i] = SigningKey{KeyID: r.KeyID, Algorithm: r.Algorithm, State: "retired", ActivatedAt: r.ActivatedAt, ExpiresAt: r.ExpiresAt, CreatedAt: r.CreatedAt}
		if !r.IsActive {
			continue
		}
		keys[i].State = "verifies"
		if !r.ActivatedAt.After(s.now()) && (signs < 0 || r.ActivatedAt.After(rows[signs].ActivatedAt)) {
			signs = i
		}
	}
	if signs >= 0 {
		keys[signs].State = "signs"
	}
	return keys, nil
}
