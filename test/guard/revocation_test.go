package guard_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// everywhere asks each service, and member's other replica, as the bearer of a
// token. It returns the first answer that is not want.
func everywhere(ctx context.Context, urls map[string]string, token, want string) error {
	for _, d := range doors {
		bases := []string{urls[d.service]}
		if other := urls[d.service+"-2"]; other != "" {
			bases = append(bases, other)
		}
		for _, base := range bases {
			got, err := try(ctx, d.method, base+d.path, "", bearer(token)...)
			if err != nil {
				return err
			}
			code := got.Code
			if got.status != http.StatusUnauthorized && got.status != http.StatusServiceUnavailable {
				code = "" // it was let in, whatever came of it
			}
			if code != want {
				return fmt.Errorf("%w: %s at %s: %d %s, want %q", errOddAnswer, d.service, base, got.status, got.Code, want)
			}
		}
	}
	return nil
}

const revoked = "TOKEN_REVOKED"

// revocation is a way to end a session, by the bearer of a token of its member.
type revocation struct {
	name         string
	method, path string
	// from another session of the member
	fromElsewhere bool
}

var revocations = []revocation{
	{"logout", http.MethodPost, "/api/authentication/logout", false},
	{"logout-all", http.MethodPost, "/api/authentication/logout-all", true},
	{"deactivate", http.MethodDelete, "/api/authentication/deactivate", true},
	{"session ended", http.MethodDelete, "/api/authentication/sessions/%d", true},
}

// revoke ends the session of a, and asks everywhere at once.
func (th *thief) revoke(t *testing.T, urls map[string]string, how revocation, a *account, between func() error) error {
	t.Helper()
	by, path := a, how.path
	if how.fromElsewhere {
		by = th.another(t, a)
	}
	if how.name == "session ended" {
		path = fmt.Sprintf(path, a.session)
	}
	if err := everywhere(t.Context(), urls, a.token, ""); err != nil {
		return fmt.Errorf("before %s: %w", how.name, err)
	}
	if err := between(); err != nil {
		return err
	}
	base := urls["member"]
	if other := urls["member-2"]; other != "" && a.id%2 == 0 {
		base = other
	}
	got, err := try(t.Context(), how.method, base+path, "", bearer(by.token)...)
	if err != nil || got.status != http.StatusOK {
		return fmt.Errorf("%w: %s: %d %s: %w", errOddAnswer, how.name, got.status, got.raw, err)
	}
	if err := between(); err != nil {
		return err
	}
	if err := everywhere(t.Context(), urls, a.token, revoked); err != nil {
		return fmt.Errorf("after %s: %w", how.name, err)
	}
	if how.name == "session ended" {
		return everywhere(t.Context(), urls, by.token, "")
	}
	return everywhere(t.Context(), urls, by.token, revoked)
}

func nothing() error { return nil }

func TestAThousandRevocationsAreKnownToEveryServiceOnTheNextRequest(t *testing.T) {
	t.Parallel()
	const times, workers = 1000, 6
	thief, urls := newThief(t), stateOf(t).URLs
	victims := thief.members(t, newAccount(t), times)
	group, _ := errgroup.WithContext(t.Context())
	group.SetLimit(workers)
	for i, victim := range victims {
		group.Go(func() error { return thief.revoke(t, urls, revocations[i%len(revocations)], victim, nothing) })
	}
	require.NoError(t, group.Wait())
}

func redisOf(t *testing.T) *redis.Client {
	t.Helper()
	store := redis.NewClient(&redis.Options{Addr: stateOf(t).Stores.Redis})
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// Not parallel: they take Redis away from all.

func TestARedisThatForgetsEverythingRevivesNobody(t *testing.T) { //nolint:paralleltest // empties Redis
	const times = 40
	thief, urls, store := newThief(t), stateOf(t).URLs, redisOf(t)
	flush := func() error { return store.FlushAll(t.Context()).Err() }
	for i, victim := range thief.members(t, newAccount(t), times) {
		require.NoError(t, thief.revoke(t, urls, revocations[i%len(revocations)], victim, flush))
	}
}

func TestWithRedisAwayRevocationsHoldAtOnceAndAfterwards(t *testing.T) { //nolint:paralleltest // takes Redis away
	const times = 8
	thief, urls := newThief(t), stateOf(t).URLs
	victims := thief.members(t, newAccount(t), times+1)
	kept := victims[times]
	back := stop(t, "redis")
	for i, victim := range victims[:times] {
		require.NoError(t, thief.revoke(t, urls, revocations[i%len(revocations)], victim, nothing))
	}
	back()
	require.NoError(t, everywhere(t.Context(), urls, kept.token, ""))
	for _, victim := range victims[:times] {
		require.NoError(t, everywhere(t.Context(), urls, victim.token, revoked))
	}
}

// Nobody can say whether a token was revoked: nobody is let in.
func TestWithRedisAndMemberAwayEveryOtherServiceClosesItsDoor(t *testing.T) { //nolint:paralleltest // takes both away
	thief, urls := newThief(t), stateOf(t).URLs
	victim := thief.members(t, newAccount(t), 1)[0]
	require.NoError(t, everywhere(t.Context(), urls, victim.token, ""))
	redisBack, memberBack := stop(t, "redis"), stop(t, "member")
	var asked sync.WaitGroup
	for _, d := range doors[1:] {
		asked.Go(func() {
			got, err := try(t.Context(), d.method, urls[d.service]+d.path, "", bearer(victim.token)...)
			if err != nil || got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
				t.Errorf("%s: %d %s %v", d.service, got.status, got.raw, err)
			}
		})
	}
	asked.Wait()
	redisBack()
	memberBack()
	require.Eventually(t, func() bool { return everywhere(t.Context(), urls, victim.token, "") == nil }, settle, tick)
}
