package signing_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/signing"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// table is a signing.Store in memory.
type table struct {
	tx   sync.Mutex // one transaction at a time
	mu   sync.Mutex
	keys []signing.Key
}

func (s *table) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	s.tx.Lock()
	defer s.tx.Unlock()
	return do(ctx)
}

func (s *table) FindActiveKeys(context.Context) ([]signing.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.keys), func(k signing.Key) bool { return !k.Active }), nil
}

func (s *table) LockActiveKeys(ctx context.Context) ([]signing.Key, error) {
	return s.FindActiveKeys(ctx)
}

func (s *table) AddKey(_ context.Context, key signing.Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.keys, func(k signing.Key) bool { return k.Primary }) {
		return signing.ErrPresent
	}
	s.keys = append(s.keys, key)
	return nil
}

func (s *table) UpdateKey(_ context.Context, key signing.Key, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[slices.IndexFunc(s.keys, func(k signing.Key) bool { return k.ID == key.ID })] = key
	return nil
}

// document is the JWKS of a replica, as a verifier reads it.
type document struct {
	ring   *signing.Ring
	maxAge time.Duration
}

func (d document) FetchKeys(ctx context.Context) ([]auth.Key, time.Duration, error) {
	text, err := d.ring.JWKS(ctx)
	if err != nil {
		return nil, 0, err
	}
	keys, err := auth.DecodeKeys(text)
	return keys, d.maxAge, err
}

// town is two replicas of member and six services, whose clocks all go at once.
type town struct {
	rotator   *signing.Rotator
	rings     []*signing.Ring
	verifiers []*auth.Verifier
	store     *table
}

func newTown(ctx context.Context, t *testing.T, times signing.Settings) *town {
	t.Helper()
	sealer, err := signing.NewSealer(rand.Reader, make([]byte, 32))
	require.NoError(t, err)
	w := &town{store: &table{}}
	w.rotator = signing.NewRotator(w.store, sealer, rand.Reader, times, time.Now)
	_, err = w.rotator.EnsureFirst(ctx)
	require.NoError(t, err)
	for range 2 {
		ring := signing.NewRing(w.store, sealer, times, time.Now)
		require.NoError(t, ring.Reload(ctx))
		w.rings = append(w.rings, ring)
		go func() { _ = process.Every(ctx, "reload keys", times.ReloadInterval(), ring.Reload) }()
	}
	redis := &authtest.Redis{}
	redis.Set(auth.SessionKey(7), auth.SessionLive)
	for i := range 6 {
		time.Sleep(3 * time.Second) //nolint:forbidigo // by the bubble's clock: their caches do not run out together
		keys := auth.NewKeySet(auth.KeySetConfig{Source: document{w.rings[i%2], times.CacheTTL}, TTL: times.CacheTTL, Now: time.Now})
		go func() { _ = keys.Run(ctx) }()
		w.verifiers = append(w.verifiers, auth.NewVerifier(auth.Config{Keys: keys, Revocations: redis, Now: time.Now}))
	}
	synctest.Wait()
	return w
}

func (w *town) sign(t *testing.T, n int, life time.Duration) string {
	t.Helper()
	now := time.Now().UTC()
	token, err := w.rings[n%2].SignAccess(t.Context(), member.AccessClaims{
		MemberID: 42, SessionID: 7, TokenID: member.TokenID(fmt.Sprint("t", n)), IssuedAt: now, ExpiresAt: now.Add(life),
	})
	require.NoError(t, err)
	return token
}

// accepted asks every second verifier, since one that has seen a token need not
// look at its key again.
func (w *town) accepted(t *testing.T, token string, from int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	for i := from; i < len(w.verifiers); i += 2 {
		_, _, err := w.verifiers[i].Authenticate(t.Context(), r)
		require.NoError(t, err, "service %d at %s", i, time.Now())
	}
}

// Ten hours of rotations in the shortest distance that the rules allow, with
// every token used when it is made and in the last second of its life.
func TestTwoHundredRotationsUnderLoadRefuseNoToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rotations, life, pause = 200, 10 * time.Minute, 14 * time.Second
		times := signing.Settings{AccessTTL: life, Rotation: 90 * time.Second, CacheTTL: time.Minute}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := newTown(ctx, t, times)
		type issued struct {
			token string
			ends  time.Time
		}
		var alive []issued
		signers, retired := map[string]bool{}, 0
		for n := 0; len(signers) < rotations; n++ {
			token := w.sign(t, n, life)
			w.accepted(t, token, 0)
			alive = append(alive, issued{token, time.Now().Add(life)})
			done, err := w.rotator.Rotate(ctx, false)
			require.NoError(t, err)
			retired += done.Retired
			if done.NewKey != "" {
				signers[done.NewKey] = true
			}
			for len(alive) > 0 && time.Until(alive[0].ends) <= pause {
				time.Sleep(time.Until(alive[0].ends) - time.Second) //nolint:forbidigo // by the bubble's clock
				w.accepted(t, alive[0].token, 1)
				alive = alive[1:]
			}
			time.Sleep(pause) //nolint:forbidigo // by the bubble's clock
		}
		keys, err := w.store.FindActiveKeys(ctx)
		require.NoError(t, err)
		require.Less(t, len(keys), 15, "what no token needs is withdrawn")
		require.Greater(t, retired, rotations-15)
		require.Len(t, slices.DeleteFunc(keys, func(k signing.Key) bool { return !k.Primary }), 1)
		cancel()
		synctest.Wait()
	})
}

// The simulation can fail: verifiers that keep keys longer than they may refuse
// tokens of a key that they have not heard of.
func TestAKeyThatSignsBeforeItIsKnownIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		hasty := signing.Settings{AccessTTL: 10 * time.Minute, Rotation: time.Second, CacheTTL: time.Second} // published for a second
		w := newTown(ctx, t, signing.Settings{AccessTTL: 10 * time.Minute, Rotation: time.Minute, CacheTTL: time.Minute})
		sealer, err := signing.NewSealer(rand.Reader, make([]byte, 32))
		require.NoError(t, err)
		rotator := signing.NewRotator(w.store, sealer, rand.Reader, hasty, time.Now)
		refused := false
		for n := 0; n < 40 && !refused; n++ {
			_, err := rotator.Rotate(ctx, true)
			require.NoError(t, err)
			time.Sleep(2 * time.Second) //nolint:forbidigo // by the bubble's clock
			for _, ring := range w.rings {
				require.NoError(t, ring.Reload(ctx))
			}
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", http.NoBody)
			require.NoError(t, err)
			r.Header.Set("Authorization", "Bearer "+w.sign(t, n, time.Minute))
			_, _, err = w.verifiers[0].Authenticate(ctx, r)
			refused = err != nil
		}
		require.True(t, refused)
		cancel()
		synctest.Wait()
	})
}
