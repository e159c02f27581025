package auth

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const (
	defaultKeysTTL    = time.Minute
	fetchTimeout      = 2 * time.Second
	unknownKeyPause   = 10 * time.Second // between fetches for the sake of unknown keys (spec 04)
	noKeysPause       = time.Second      // the same while there are no keys at all
	firstRetryAfter   = 500 * time.Millisecond
	longestRetryAfter = 2 * time.Second // with fetchTimeout, keys are here 4 s after their source
)

var (
	// ErrUnknownKey is a key id that is not in the JWKS.
	ErrUnknownKey = errors.New("auth: unknown key")
	// ErrKeysUnavailable says that nobody could be asked whether a key exists.
	ErrKeysUnavailable = errors.New("auth: keys are unavailable")
)

// KeySource gives the keys that are published now, and how long they may be
// kept (0 where it does not say). It is called by one goroutine at a time.
type KeySource interface {
	FetchKeys(ctx context.Context) (keys []Key, maxAge time.Duration, err error)
}

// KeySetConfig is what a KeySet is made of.
type KeySetConfig struct {
	// Source is where keys come from: an HTTPKeys, or member's own table.
	Source KeySource
	// TTL is the longest that keys are kept before they are fetched again;
	// 0 is 60 s. A shorter maxAge of the source wins.
	TTL time.Duration
	// Now is the clock.
	Now func() time.Time
	// Fetched is told each fetch's result, for a counter and a log line. It may be nil.
	Fetched func(err error)
	// Random gives numbers from 0 to 1 for jitter; nil is math/rand.
	Random func() float64
}

// KeySet keeps the keys of a source. Run, a component, fetches them before they
// are too old; Find fetches only for a key that is not known, at most once in
// 10 s whoever asks. While the source is down the last keys stay in use,
// however old: keys do not expire (spec 04).
type KeySet struct {
	config   KeySetConfig
	snapshot atomic.Pointer[keySnapshot]

	mu       sync.Mutex
	inFlight chan struct{} // closed when the fetch that runs now has ended
	lastMiss time.Time     // when the last fetch for an unknown key began
	lastErr  error         // of the last fetch
}

type keySnapshot struct {
	keys    map[string]Key
	refresh time.Time // when to fetch again
}

// NewKeySet is a KeySet without keys: the first Run or Find fetches them.
func NewKeySet(config KeySetConfig) *KeySet {
	if config.TTL <= 0 {
		config.TTL = defaultKeysTTL
	}
	if config.Random == nil {
		config.Random = rand.Float64
	}
	return &KeySet{config: config}
}

// Find returns the key with this id. It fails with ErrUnknownKey where the
// source, asked within the last 10 s, does not have it, and with
// ErrKeysUnavailable where the source could not be asked.
func (s *KeySet) Find(ctx context.Context, keyID string) (Key, error) {
	if key, ok := s.known(keyID); ok {
		return key, nil
	}
	err := s.fetchForMiss(ctx)
	if key, ok := s.known(keyID); ok {
		return key, nil
	}
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrKeysUnavailable, err)
	}
	return Key{}, ErrUnknownKey
}

// Superseded says whether a newer key signs by now.
func (s *KeySet) Superseded(key Key) bool {
	snapshot, now := s.snapshot.Load(), s.config.Now()
	if snapshot == nil {
		return false
	}
	for _, other := range snapshot.keys {
		if other.SignsFrom.After(key.SignsFrom) && !other.SignsFrom.After(now) {
			return true
		}
	}
	return false
}

// Run keeps the keys fresh until ctx ends, and returns nil. While the source
// fails it is asked again after half a second and then ever later, up to two, less
// a random half of that: a fleet that waits for the same member does not ask in
// step.
func (s *KeySet) Run(ctx context.Context) error {
	retry := firstRetryAfter
	for {
		wait := retry - time.Duration(s.config.Random()*float64(retry)/2)
		if err := s.fetch(ctx, func() bool { return true }); err == nil {
			wait, retry = s.untilRefresh(), firstRetryAfter
		} else {
			retry = min(retry*2, longestRetryAfter)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// errNoKeys is a KeySet that has never been told the keys.
var errNoKeys = errors.New("auth: keys were never fetched")

// Loaded fails until the keys have been fetched once: a part of being ready to
// serve that member's later absence does not undo. It says how the last fetch
// failed.
func (s *KeySet) Loaded(context.Context) error {
	if s.snapshot.Load() != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lastErr != nil {
		return fmt.Errorf("%w: %w", errNoKeys, s.lastErr)
	}
	return errNoKeys
}

func (s *KeySet) untilRefresh() time.Duration {
	snapshot := s.snapshot.Load()
	if snapshot == nil {
		return firstRetryAfter
	}
	return max(snapshot.refresh.Sub(s.config.Now()), firstRetryAfter)
}

func (s *KeySet) known(keyID string) (Key, bool) {
	snapshot := s.snapshot.Load()
	if snapshot == nil {
		return Key{}, false
	}
	key, ok := snapshot.keys[keyID]
	return key, ok
}

func (s *KeySet) fetchForMiss(ctx context.Context) error {
	return s.fetch(ctx, func() bool {
		now, pause := s.config.Now(), unknownKeyPause
		if s.snapshot.Load() == nil {
			pause = noKeysPause
		}
		if !s.lastMiss.IsZero() && now.Sub(s.lastMiss) < pause {
			return false
		}
		s.lastMiss = now
		return true
	})
}

// fetch fetches once for all who ask at the same time, and returns how that
// went. due is asked under the lock whether to begin one where none runs; where
// it is not, how the last one went is the answer.
func (s *KeySet) fetch(ctx context.Context, due func() bool) error {
	s.mu.Lock()
	if running := s.inFlight; running != nil {
		s.mu.Unlock()
		return s.await(ctx, running)
	}
	if !due() {
		defer s.mu.Unlock()
		return s.lastErr
	}
	done := make(chan struct{})
	s.inFlight = done
	s.mu.Unlock()

	err := errors.New("auth: key source panicked") // unless it returns
	defer func() {
		s.mu.Lock()
		s.inFlight, s.lastErr = nil, err
		s.mu.Unlock()
		close(done)
		if s.config.Fetched != nil {
			s.config.Fetched(err)
		}
	}()
	err = s.fetchNow(ctx)
	return err
}

func (s *KeySet) await(ctx context.Context, running <-chan struct{}) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-running:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.lastErr
	}
}

// fetchNow outlives the request that began it: others wait for the same answer.
func (s *KeySet) fetchNow(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
	defer cancel()
	keys, maxAge, err := s.config.Source.FetchKeys(ctx)
	if err != nil {
		return err
	}
	byID := make(map[string]Key, len(keys))
	for _, key := range keys {
		byID[key.ID] = key
	}
	s.snapshot.Store(&keySnapshot{keys: byID, refresh: s.config.Now().Add(s.life(maxAge))})
	return nil
}

// life is how long to keep what was fetched: a tenth less than allowed, so that
// a key that is published for TTL before it signs is always known by then.
func (s *KeySet) life(maxAge time.Duration) time.Duration {
	life := s.config.TTL
	if maxAge > 0 {
		life = min(life, maxAge)
	}
	return max(life*9/10, time.Second)
}
