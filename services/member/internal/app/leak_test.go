package app

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv/leak"
)

// What a start makes, a stop ends: no goroutine outlives the service.
func TestServeLeavesNothingBehind(t *testing.T) { //nolint:paralleltest // looks at all goroutines
	f := &fleet{cfg: settings(t)}
	require.NoError(t, migrate(t.Context(), f.cfg, nil))
	leak.RequireNone(t, func(ctx context.Context, port int) error {
		cfg := f.cfg
		cfg.Port, cfg.AdminPort, cfg.ShutdownDelay = port, 0, 0
		return serve(ctx, cfg, nil)
	}, func(url string) {
		f.url = url
		f.signUp(t)
	})
}
