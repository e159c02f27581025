package app

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/config"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
	"github.com/dailyfeed/dailyfeed/support/testenv/leak"
)

// What a start makes, a stop ends: no goroutine outlives the service.
func TestServeLeavesNothingBehind(t *testing.T) { //nolint:paralleltest // looks at all goroutines
	issuer, cache := authtest.NewIssuer(t), testenv.Redis(t)
	cfg, err := process.Load[config.Config](process.Environ{
		"IMAGE_BUCKET=file://" + t.TempDir(), "REDIS_ADDR=" + cache.Addr, "REDIS_DB=" + strconv.Itoa(cache.DB),
		"MEMBER_URL=" + issuer.URL, "INTERNAL_TOKEN=" + authtest.InternalToken, "SHUTDOWN_DELAY=0s", "ADMIN_PORT=0",
	})
	require.NoError(t, err)
	leak.RequireNone(t, func(ctx context.Context, port int) error {
		cfg.Port = port
		return serve(ctx, cfg, nil)
	}, func(string) {})
}
