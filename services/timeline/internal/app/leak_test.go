package app

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/memberapi/membertest"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
	"github.com/dailyfeed/dailyfeed/support/testenv/leak"
)

// What a start makes, a stop ends: no goroutine outlives the service.
func TestServeLeavesNothingBehind(t *testing.T) { //nolint:paralleltest // looks at all goroutines
	store := testenv.Mongo(t)
	f := &fleet{Tables: contenttest.New(t), member: membertest.Start(t)}
	f.member.Join(1)
	f.cfg = f.settings(t)
	f.cfg.MongoDBURI, f.cfg.MongoDBDatabase = process.Secret(store.URI), store.Database
	leak.RequireNone(t, func(ctx context.Context, port int) error {
		cfg := f.cfg
		cfg.Port, cfg.AdminPort, cfg.ShutdownDelay = port, 0, 0
		return serve(ctx, cfg, nil)
	}, func(url string) {
		f.url = url
		require.Equal(t, 200, f.get(t, 1, "/posts/followings").http)
	})
}
