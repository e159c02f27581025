package app

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func TestReplicasThatStartAtOnceMakeOneFirstKey(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	require.NoError(t, migrate(t.Context(), cfg, nil))
	const replicas = 6
	services := make([]*service, replicas)
	for i := range replicas {
		var err error
		services[i], err = wire(cfg)
		require.NoError(t, err)
		t.Cleanup(services[i].close)
	}
	var created atomic.Int64
	together(replicas, func(i int) {
		if made, err := services[i].rotator.EnsureFirst(context.Background()); err == nil && made {
			created.Add(1)
		}
	})
	require.EqualValues(t, 1, created.Load())
	f := &fleet{cfg: cfg, service: services[0]}
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM jwt_keys"))
}

func TestRotationUnderLoadFailsNoRequest(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) { c.JWKSCacheTTL = time.Second })
	p := f.person(t)
	first := *f
	f.join(t)
	ctx, cancel := context.WithCancel(t.Context())
	var refused, served, hinted atomic.Int64
	var clients sync.WaitGroup
	for i := range 4 {
		clients.Go(func() {
			own, replica := f.logInQuietly(ctx, p), []*fleet{f, &first}
			for n := 0; ctx.Err() == nil; n++ {
				got, err := replica[(n+i)%2].send(ctx, own, "GET", "/api/members", "")
				switch {
				case err != nil:
				case got.http == 200 && got.header.Get("X-Token-Refresh-Needed") == "true":
					hinted.Add(1)
					got, err := replica[n%2].send(ctx, nil, "POST", tokenRefresh, "", "Cookie", "refresh_token="+own.refresh.Value)
					if err == nil && got.http == 200 {
						own.bearer, own.refresh = got.header.Get("Authorization"), got.cookie("refresh_token")
					}
				case got.http == 200:
					served.Add(1)
				default:
					refused.Add(1)
				}
			}
		})
	}
	keys := map[string]bool{}
	for range 3 {
		done, err := f.service.rotator.Rotate(t.Context(), true)
		require.NoError(t, err)
		require.NotEmpty(t, done.NewKey)
		keys[done.NewKey] = true
		// the next rotation is due once this key signs
		require.NoError(t, process.Pause(t.Context(), time.Until(done.SignsFrom)+10*time.Millisecond))
	}
	require.Eventually(t, func() bool { return hinted.Load() >= 8 }, 10*time.Second, 10*time.Millisecond)
	cancel()
	clients.Wait()
	require.Zero(t, refused.Load())
	require.Positive(t, served.Load())
	require.Len(t, keys, 3)
	require.EqualValues(t, 4, f.count(t, "SELECT COUNT(*) FROM jwt_keys WHERE is_active"), "none is retired while its tokens live")
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM jwt_keys WHERE is_primary"))
}

// logInQuietly is logIn for goroutines.
func (f *fleet) logInQuietly(ctx context.Context, p *person) *person {
	logged := *p
	got, err := f.send(ctx, nil, "POST", "/api/authentication/login", `{"email":"`+p.email+`","password":"`+goodPassword+`"}`)
	if err == nil && got.http == 200 {
		logged.bearer, logged.refresh = got.header.Get("Authorization"), got.cookie("refresh_token")
	}
	return &logged
}

func TestATokenOfAnOlderKeyIsServedAndAGETSaysThatANewerOneIsThere(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) { c.JWKSCacheTTL = time.Second })
	p, other := f.person(t), f.person(t)
	require.Empty(t, f.do(t, p, "GET", "/api/members", "").header.Values("X-Token-Refresh-Needed"))
	done, err := f.service.rotator.Rotate(t.Context(), true)
	require.NoError(t, err)
	published, err := f.service.store.FindActiveKeys(t.Context())
	require.NoError(t, err)
	require.Len(t, published, 2, "published before it signs")
	require.Empty(t, f.do(t, f.logIn(t, p), "GET", "/api/members", "").header.Values("X-Token-Refresh-Needed"))
	require.NoError(t, process.Pause(t.Context(), time.Until(done.SignsFrom)))
	require.Eventually(t, func() bool {
		return len(f.do(t, p, "GET", "/api/members", "").requireOK(t, 200).header.Values("X-Token-Refresh-Needed")) == 1
	}, 5*time.Second, 20*time.Millisecond)
	require.Empty(t, f.do(t, p, "POST", path("/api/members/follow/", other.id), "").requireOK(t, 201).header.Values("X-Token-Refresh-Needed"))
	require.Empty(t, f.do(t, p, "GET", "/api/members/999999", "").requireCode(t, 404, "MEMBER_NOT_FOUND").header.Values("X-Token-Refresh-Needed"))
	require.Eventually(t, func() bool {
		return len(f.do(t, f.logIn(t, p), "GET", "/api/members", "").requireOK(t, 200).header.Values("X-Token-Refresh-Needed")) == 0
	}, 5*time.Second, 20*time.Millisecond, "the new one signs")
}

func TestWithoutAKeyEncryptionKeyTheServiceDoesNotStart(t *testing.T) {
	t.Parallel()
	environ := process.Environ{
		"MYSQL_DSN=x", "REDIS_ADDR=x", "KAFKA_BOOTSTRAP_SERVERS=x", "IMAGE_URL=http://x", "CURSOR_KEY=" + randomKey(),
	}
	for _, kek := range []string{"", "JWT_KEK=", "JWT_KEK=short", "JWT_KEK=AAAA"} {
		_, err := process.Load[config.Config](append(environ, kek))
		require.ErrorIs(t, err, process.ErrUsage)
		require.ErrorContains(t, err, "JWT_KEK")
	}
	cfg, err := process.Load[config.Config](append(environ, "JWT_KEK="+randomKey(), "JWT_KEK_PREVIOUS="+randomKey()+","+randomKey()))
	require.NoError(t, err)
	keks, err := cfg.KEKs()
	require.NoError(t, err)
	require.Len(t, keks, 3)
}

func TestAnotherKeyEncryptionKeyOpensNothingUntilTheOldOneIsNamedAndThenItIsSealedAnew(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t)
	old := f.cfg.JWTKEK
	f.cfg.JWTKEK = process.Secret(randomKey())
	stranger, err := wire(f.cfg)
	require.NoError(t, err)
	t.Cleanup(stranger.close)
	require.Error(t, stranger.ring.Reload(t.Context()))
	require.False(t, stranger.signing.Load(), "it is not ready")

	f.cfg.JWTKEKPrevious = []process.Secret{old}
	f.join(t)
	f.requireAlive(t, p)
	f.refreshWith(t, tokenRefresh, p.refresh.Value).requireOK(t, 200)
	require.NoError(t, rotateKeys(t.Context(), f.cfg, nil))
	f.cfg.JWTKEKPrevious = nil
	f.join(t)
	f.requireAlive(t, f.logIn(t, p))
}

func TestRotateKeysAndCleanTokensAreSubcommands(t *testing.T) {
	t.Parallel()
	f := start(t)
	require.NoError(t, rotateKeys(t.Context(), f.cfg, nil))
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM jwt_keys"), "not old enough")
	require.NoError(t, rotateKeys(t.Context(), f.cfg, []string{"--now"}))
	require.EqualValues(t, 2, f.count(t, "SELECT COUNT(*) FROM jwt_keys"))
	require.ErrorIs(t, rotateKeys(t.Context(), f.cfg, []string{"--bad"}), process.ErrUsage)
	require.NoError(t, cleanTokens(t.Context(), f.cfg, nil))
	for _, name := range []string{"serve", "migrate", "rotate-keys", "clean-tokens", "drain-dead-letters"} {
		require.NotNil(t, Commands()[name], name)
	}
}

func TestRevokedKeysEndEveryTokenAndANewOneSignsAtOnce(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) { c.JWKSCacheTTL = 25 * time.Minute }) // as where a mesh keeps the JWKS
	p := f.person(t)
	require.NoError(t, rotateKeys(t.Context(), f.cfg, []string{"--revoke"}))
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM jwt_keys WHERE is_active AND is_primary"))
	require.EqualValues(t, 0, f.count(t, "SELECT COUNT(*) FROM jwt_keys WHERE NOT is_active AND private_key <> ''"))
	require.Eventually(t, func() bool {
		got := f.do(t, p, "GET", "/api/members", "")
		return got.Code == "INVALID_TOKEN" && got.header.Get("X-Relogin-Required") == "true"
	}, 30*time.Second, 20*time.Millisecond)
	f.requireAlive(t, f.logIn(t, p))
}
