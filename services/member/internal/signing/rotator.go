package signing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Settings are the times of a key's life.
type Settings struct {
	// AccessTTL is the life of an access token.
	AccessTTL time.Duration
	// Rotation is the age at which the primary is replaced.
	Rotation time.Duration
	// CacheTTL is how long verifiers keep the JWKS.
	CacheTTL time.Duration
}

// ReloadInterval is how often a replica looks at the table: 5 s, or less where the
// JWKS may be kept for less than a minute. A longer life in caches makes it no
// longer, since keys that are withdrawn are to be refused soon.
func (s Settings) ReloadInterval() time.Duration {
	const reloadsPerCache, longest = 12, 5 * time.Second
	return min(s.CacheTTL/reloadsPerCache, longest)
}

// staleAfter is when a replica that could not reload stops signing with what it
// has: by then another key may have taken over.
func (s Settings) staleAfter() time.Duration { return s.CacheTTL / 2 }

// lead is how long a key is published before it signs: until the last replica
// publishes it and the last cache has run out.
func (s Settings) lead() time.Duration { return s.CacheTTL + 2*s.ReloadInterval() }

// grace is how long a key is published after the next one began to sign:
// until the slowest replica has noticed and the last token has expired.
func (s Settings) grace() time.Duration {
	const skew = time.Minute // between clocks
	return s.staleAfter() + skew + s.AccessTTL
}

// Rotator makes, replaces and retires keys.
type Rotator struct {
	store    Store
	sealer   *Sealer
	random   io.Reader
	settings Settings
	now      func() time.Time
}

// NewRotator rotates the keys of store.
func NewRotator(store Store, sealer *Sealer, random io.Reader, settings Settings, now func() time.Time) *Rotator {
	return &Rotator{store: store, sealer: sealer, random: random, settings: settings, now: now}
}

// EnsureFirst makes the first key where there is none: exactly one, however
// many replicas do so at once, by the unique index on the primary. It signs at
// once, since there is nothing that anybody could have cached.
func (r *Rotator) EnsureFirst(ctx context.Context) (created bool, err error) {
	keys, err := r.store.FindActiveKeys(ctx)
	if err != nil || len(keys) > 0 {
		return false, err
	}
	now := r.now()
	key, err := newPrimary(r.sealer, r.random, now, now)
	if err != nil {
		return false, err
	}
	err = r.store.AddKey(ctx, key)
	if errors.Is(err, ErrPresent) {
		return false, nil
	}
	return err == nil, err
}

// Rotation is what Rotate did.
type Rotation struct {
	// NewKey is the id of the new primary, which signs from SignsFrom on; empty
	// where the primary was not old enough.
	NewKey    string
	SignsFrom time.Time
	// Retired keys are published no more, and Resealed ones were sealed anew
	// with the current key-encryption key.
	Retired  int
	Resealed int
}

// Rotate replaces the primary where it is older than Settings.Rotation, or
// whatever its age where force is true; retires keys that no token needs any
// more; and seals private keys anew where the key-encryption key has changed.
// A primary that does not sign yet is not replaced. Several at once take turns.
func (r *Rotator) Rotate(ctx context.Context, force bool) (done Rotation, err error) {
	if _, err := r.EnsureFirst(ctx); err != nil {
		return Rotation{}, err
	}
	err = r.store.InTx(ctx, func(ctx context.Context) error {
		done = Rotation{}
		keys, err := r.store.LockActiveKeys(ctx)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := r.tend(ctx, key, force, &done); err != nil {
				return fmt.Errorf("rotate keys: %w", err)
			}
		}
		return nil
	})
	return done, err
}

// Revoke withdraws every key, whose private halves may be in the wrong hands, and
// makes a new one that signs at once. Every access token that was made before is
// invalid as soon as verifiers read the JWKS again, within its life in their
// caches: all members log in again.
func (r *Rotator) Revoke(ctx context.Context) (done Rotation, err error) {
	err = r.store.InTx(ctx, func(ctx context.Context) error {
		done = Rotation{}
		keys, err := r.store.LockActiveKeys(ctx)
		if err != nil {
			return err
		}
		now := r.now()
		for _, key := range keys {
			key.Primary, key.Active, key.Sealed, key.ExpiresAt = false, false, nil, now
			if err := r.store.UpdateKey(ctx, key, now); err != nil {
				return fmt.Errorf("revoke keys: %w", err)
			}
			done.Retired++
		}
		next, err := newPrimary(r.sealer, r.random, now, now)
		if err != nil {
			return err
		}
		done.NewKey, done.SignsFrom = next.ID, now
		return r.store.AddKey(ctx, next)
	})
	return done, err
}

// tend does what one key needs now.
func (r *Rotator) tend(ctx context.Context, key Key, force bool, done *Rotation) error {
	now := r.now()
	age := now.Sub(key.ActivatedAt)
	switch {
	case key.Primary && age >= 0 && (force || age >= r.settings.Rotation):
		return r.replace(ctx, key, done)
	case !key.Primary && now.After(key.ExpiresAt):
		key.Active, key.Sealed = false, nil
		done.Retired++
		return r.store.UpdateKey(ctx, key, now)
	default:
		return r.reseal(ctx, key, done)
	}
}

func (r *Rotator) replace(ctx context.Context, old Key, done *Rotation) error {
	now := r.now()
	signsFrom := now.Add(r.settings.lead())
	current, err := r.resealed(old) // it still signs until then
	switch {
	case errors.Is(err, ErrSealed):
		current = old
	case err != nil:
		return err
	case !r.sealer.isCurrent(old.Sealed):
		done.Resealed++
	}
	current.Primary, current.ExpiresAt = false, signsFrom.Add(r.settings.grace())
	if err := r.store.UpdateKey(ctx, current, now); err != nil {
		return err
	}
	next, err := newPrimary(r.sealer, r.random, now, signsFrom)
	if err != nil {
		return err
	}
	done.NewKey, done.SignsFrom = next.ID, signsFrom
	return r.store.AddKey(ctx, next)
}

// reseal brings a key under the current key-encryption key. One that cannot be
// opened is left as it is: its public half still verifies.
func (r *Rotator) reseal(ctx context.Context, key Key, done *Rotation) error {
	if r.sealer.isCurrent(key.Sealed) {
		return nil
	}
	renewed, err := r.resealed(key)
	if errors.Is(err, ErrSealed) {
		return nil
	}
	if err != nil {
		return err
	}
	done.Resealed++
	return r.store.UpdateKey(ctx, renewed, r.now())
}

func (r *Rotator) resealed(key Key) (Key, error) {
	if r.sealer.isCurrent(key.Sealed) {
		return key, nil
	}
	private, err := r.sealer.open(key.ID, key.Sealed)
	if err != nil {
		return Key{}, err
	}
	key.Sealed, err = r.sealer.seal(key.ID, private)
	return key, err
}
