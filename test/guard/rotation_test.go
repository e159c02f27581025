package guard_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// rotations are by default what fits into half a minute: a key is published for a
// second and a sixth before it signs. `make guard-long` has two hundred; as many
// by a clock that does not have to be waited for are in
// services/member/internal/signing.
var rotations = flag.Int("rotations", 20, "how many times keys change under load")

// rotate runs the subcommand that a CronJob runs.
func (th *thief) rotate(t *testing.T) error {
	t.Helper()
	state, secrets := stateOf(t), secretsOf(t)
	command := exec.CommandContext(t.Context(), filepath.Join(local, "bin", "member"), "rotate-keys", "--now")
	command.Env = []string{
		"MYSQL_DSN=" + strings.Replace(state.Stores.MySQL, "/?", "/dailyfeed?", 1), "REDIS_ADDR=" + state.Stores.Redis, "KAFKA_BOOTSTRAP_SERVERS=" + state.Stores.Kafka,
		"IMAGE_URL=" + state.URLs["image"], "JWT_KEK=" + secrets["JWT_KEK"], "CURSOR_KEY=" + secrets["CURSOR_KEY"], "JWKS_CACHE_TTL=1s",
	}
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("rotate-keys: %w: %s", err, out)
	}
	return nil
}

func (th *thief) count(ctx context.Context, query string) (n int, err error) {
	err = th.db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

func TestKeysThatChangeUnderLoadRefuseNobody(t *testing.T) {
	t.Parallel()
	thief, urls := newThief(t), stateOf(t).URLs
	before, err := thief.count(t.Context(), "SELECT COUNT(*) FROM dailyfeed.jwt_keys")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	var served, refreshed atomic.Int64
	for range 3 {
		user := newAccount(t)
		oldest := user.token
		group.Go(func() error {
			for ctx.Err() == nil {
				for _, token := range []string{oldest, user.token} {
					if err := everywhere(ctx, urls, token, ""); err != nil && !errors.Is(err, context.Canceled) {
						return err
					}
					served.Add(int64(len(doors)))
				}
				got, err := try(ctx, http.MethodPost, urls["member"]+"/api/token/refresh", "", "Cookie", "refresh_token="+user.refresh)
				if err != nil {
					continue // the end of the test
				}
				if got.status != http.StatusOK {
					return fmt.Errorf("%w: refresh: %d %s", errOddAnswer, got.status, got.raw)
				}
				refreshed.Add(1)
				user.token, user.refresh = got.header.Get("Authorization")[len("Bearer "):], got.cookie("refresh_token")
			}
			return nil
		})
	}
	group.Go(func() error {
		defer cancel()
		for done := 0; done < *rotations; {
			if err := thief.rotate(t); err != nil {
				return err
			}
			now, err := thief.count(ctx, "SELECT COUNT(*) FROM dailyfeed.jwt_keys")
			if err != nil {
				return err
			}
			done = now - before // one that does not sign yet is not replaced
		}
		return nil
	})
	if err := group.Wait(); !errors.Is(err, context.Canceled) {
		require.NoError(t, err)
	}
	require.Greater(t, refreshed.Load(), int64(*rotations))
	signing, err := thief.count(t.Context(), "SELECT COUNT(*) FROM dailyfeed.jwt_keys WHERE is_primary")
	require.NoError(t, err)
	require.Equal(t, 1, signing)
	t.Logf("%d rotations, %d requests with a token, %d refreshes", *rotations, served.Load(), refreshed.Load())
}

// A key is used as soon as it signs, and tokens of the one before say so.
func TestAGETWithATokenOfAnOlderKeyAsksForARefresh(t *testing.T) {
	t.Parallel()
	thief, urls, user := newThief(t), stateOf(t).URLs, newAccount(t)
	require.Eventually(t, func() bool {
		require.NoError(t, thief.rotate(t))
		got := call(t, http.MethodGet, urls["timeline"]+"/api/timeline/posts", "", bearer(user.token)...)
		require.Equal(t, http.StatusOK, got.status)
		return got.header.Get("X-Token-Refresh-Needed") == "true"
	}, settle, 10*tick)
	got := call(t, http.MethodPost, urls["content"]+"/api/posts", `{"content":"`+canary+`"}`, bearer(user.token)...)
	require.Equal(t, http.StatusCreated, got.status, "%s", got.raw)
	require.Empty(t, got.header.Values("X-Token-Refresh-Needed"), "a write must not be repeated")
}
