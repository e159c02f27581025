package auth_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth"
)

// scriptedKeys is a KeySource whose keys, errors and pace a test sets.
type scriptedKeys struct {
	mu      sync.Mutex
	keys    []auth.Key
	maxAge  time.Duration
	err     error
	takes   time.Duration
	fetches []time.Time
}

func (s *scriptedKeys) FetchKeys(ctx context.Context) ([]auth.Key, time.Duration, error) {
	s.mu.Lock()
	s.fetches = append(s.fetches, time.Now())
	takes := s.takes
	s.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	case <-time.After(takes):
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys, s.maxAge, s.err
}

func (s *scriptedKeys) set(err error, ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.keys = err, nil
	for _, id := range ids {
		s.keys = append(s.keys, auth.Key{ID: id})
	}
}

func (s *scriptedKeys) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.fetches)
}

func newScripted(ids ...string) (*scriptedKeys, *auth.KeySet) {
	source := &scriptedKeys{}
	source.set(nil, ids...)
	return source, auth.NewKeySet(auth.KeySetConfig{Source: source, Now: time.Now})
}

// run runs the set as a component and returns what stops it.
func run(t *testing.T, set *auth.KeySet) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- set.Run(ctx) }()
	return func() {
		cancel()
		require.NoError(t, <-done)
	}
}

// pass lets time pass in a bubble.
func pass(d time.Duration) { <-time.After(d) }

var errDown = errors.New("member is down")

func TestKnownKeysCostNoFetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source, set := newScripted("a")
		for range 100 {
			key, err := set.Find(t.Context(), "a")
			require.NoError(t, err)
			require.Equal(t, "a", key.ID)
		}
		pass(time.Hour)
		_, err := set.Find(t.Context(), "a")
		require.NoError(t, err, "keys do not expire by themselves")
		require.Equal(t, 1, source.count())
	})
}

func TestUnknownKeyIsFetchedAtMostOnceInTenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source, set := newScripted("a")
		_, err := set.Find(t.Context(), "a")
		require.NoError(t, err)
		pass(10 * time.Second)

		for range 95 { // 9.5 s of forged key ids
			_, err = set.Find(t.Context(), "forged")
			require.ErrorIs(t, err, auth.ErrUnknownKey)
			pass(100 * time.Millisecond)
		}
		require.Equal(t, 2, source.count())

		source.set(nil, "b", "a")
		_, err = set.Find(t.Context(), "b")
		require.ErrorIs(t, err, auth.ErrUnknownKey)
		pass(500 * time.Millisecond)
		_, err = set.Find(t.Context(), "b")
		require.NoError(t, err)
		require.Equal(t, 3, source.count())
	})
}

func TestNewKeyIsFoundAtOnceAfterARefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source, set := newScripted("a")
		stop := run(t, set)
		synctest.Wait()
		source.set(nil, "b", "a")
		_, err := set.Find(t.Context(), "b") // the refresh a moment ago does not count
		require.NoError(t, err)
		stop()
	})
}

func TestManyWhoMissShareOneFetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source, set := newScripted("a")
		source.takes = time.Second
		var found atomic.Int64
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				if _, err := set.Find(t.Context(), "a"); err == nil {
					found.Add(1)
				}
			})
		}
		group.Wait()
		require.Equal(t, int64(100), found.Load())
		require.Equal(t, 1, source.count())
	})
}

func TestWaitingForKeysEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source, set := newScripted("a")
		source.takes = time.Second
		var group sync.WaitGroup
		defer group.Wait()
		group.Go(func() { _, _ = set.Find(t.Context(), "a") })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := set.Find(ctx, "a")
		require.ErrorIs(t, err, auth.ErrKeysUnavailable)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestFetchGoesOnWhenWhoBeganItIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source, set := newScripted("a")
		source.takes = time.Second
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := set.Find(ctx, "a")
		require.NoError(t, err)
	})
}

func TestHangingSourceIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source, set := newScripted("a")
		source.takes = time.Hour
		begin := time.Now()
		_, err := set.Find(t.Context(), "a")
		require.ErrorIs(t, err, auth.ErrKeysUnavailable)
		require.Equal(t, 2*time.Second, time.Since(begin))
	})
}

func TestWithoutAnyKeysTheSourceIsAskedOnceASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source, set := newScripted()
		source.set(errDown)
		for range 35 { // 3.5 s
			_, err := set.Find(t.Context(), "a")
			require.ErrorIs(t, err, auth.ErrKeysUnavailable)
			require.ErrorIs(t, err, errDown)
			pass(100 * time.Millisecond)
		}
		require.Equal(t, 4, source.count())
		source.set(nil, "a")
		pass(time.Second)
		_, err := set.Find(t.Context(), "a")
		require.NoError(t, err)
	})
}

func TestMemberDownKeepsTheKeysThatAreKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source, set := newScripted("a")
		stop := run(t, set)
		synctest.Wait()
		source.set(errDown)
		pass(24 * time.Hour)
		_, err := set.Find(t.Context(), "a")
		require.NoError(t, err)
		_, err = set.Find(t.Context(), "b")
		require.ErrorIs(t, err, auth.ErrKeysUnavailable, "it may exist: nobody can say")

		source.set(nil, "b")
		pass(5 * time.Second) // recovery
		_, err = set.Find(t.Context(), "b")
		require.NoError(t, err)
		_, err = set.Find(t.Context(), "a")
		require.ErrorIs(t, err, auth.ErrUnknownKey, "a key that is no longer published is gone")
		stop()
	})
}

func TestRunFetchesBeforeKeysAreTooOld(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ttl, maxAge, want time.Duration
	}{
		"default":              {0, 0, 54 * time.Second},
		"shorter max-age":      {0, 20 * time.Second, 18 * time.Second},
		"longer max-age":       {0, time.Hour, 54 * time.Second},
		"own TTL":              {10 * time.Second, 60 * time.Second, 9 * time.Second},
		"max-age of no length": {0, time.Nanosecond, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			source := &scriptedKeys{maxAge: c.maxAge}
			source.set(nil, "a")
			set := auth.NewKeySet(auth.KeySetConfig{Source: source, TTL: c.ttl, Now: time.Now})
			stop := run(t, set)
			pass(c.want*3 + c.want/2)
			stop()
			require.Len(t, source.fetches, 4, name)
			require.Equal(t, c.want, source.fetches[3].Sub(source.fetches[2]), name)
		})
	}
}

func TestRunTriesAgainWithLongerPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &scriptedKeys{}
		source.set(errDown)
		failed, luck := 0, 0.0
		set := auth.NewKeySet(auth.KeySetConfig{Source: source, Now: time.Now, Random: func() float64 { return luck }, Fetched: func(err error) {
			if err != nil {
				failed++
			}
			if len(source.fetches) > 5 {
				luck = 1
			}
		}})
		stop := run(t, set)
		pass(30 * time.Second)
		stop()
		var pauses []time.Duration
		for i := 1; i < len(source.fetches); i++ {
			pauses = append(pauses, source.fetches[i].Sub(source.fetches[i-1]))
		}
		require.Equal(t, []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 2 * time.Second, 2 * time.Second}, pauses[:5])
		require.Equal(t, time.Second, pauses[len(pauses)-1], "half of a pause is chance")
		require.Equal(t, len(source.fetches), failed)
	})
}

// What a service is not ready without comes soon, however long member was away
// and in whatever way.
func TestKeysAreThereWithinFiveSecondsOfTheirSource(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(*scriptedKeys){
		"refuses": func(*scriptedKeys) {},
		"hangs":   func(s *scriptedKeys) { s.takes = time.Hour },
	} {
		for _, long := range []time.Duration{0, time.Second, 7 * time.Second, time.Minute, time.Hour} {
			synctest.Test(t, func(t *testing.T) {
				source, set := newScripted()
				source.set(errDown)
				away(source)
				stop := run(t, set)
				pass(long)
				require.Error(t, set.Loaded(t.Context()))
				source.set(nil, "a")
				source.mu.Lock()
				source.takes = 0
				source.mu.Unlock()
				pass(5 * time.Second)
				require.NoError(t, set.Loaded(t.Context()), "%s for %s", name, long)
				stop()
			})
		}
	}
}

func TestPanickingSourceBlocksNobody(t *testing.T) {
	t.Parallel()
	set := auth.NewKeySet(auth.KeySetConfig{Source: panicking{}, Now: time.Now})
	for range 2 {
		require.Panics(t, func() { _, _ = set.Find(context.Background(), "a") })
		set = auth.NewKeySet(auth.KeySetConfig{Source: panicking{}, Now: time.Now})
	}
}

type panicking struct{}

func (panicking) FetchKeys(context.Context) ([]auth.Key, time.Duration, error) {
	panic("broken") //nolint:forbidigo // what a source must not do
}

func TestKeySetIsLoadedFromTheFirstFetchOn(t *testing.T) {
	t.Parallel()
	source := &scriptedKeys{err: errors.New("member is starting")}
	keys := auth.NewKeySet(auth.KeySetConfig{Source: source, Now: time.Now})
	_, err := keys.Find(t.Context(), "any")
	require.ErrorIs(t, err, auth.ErrKeysUnavailable)
	require.ErrorContains(t, keys.Loaded(t.Context()), "member is starting")

	source = &scriptedKeys{}
	keys = auth.NewKeySet(auth.KeySetConfig{Source: source, Now: time.Now})
	_, err = keys.Find(t.Context(), "any")
	require.ErrorIs(t, err, auth.ErrUnknownKey)
	require.NoError(t, keys.Loaded(t.Context()))
}
