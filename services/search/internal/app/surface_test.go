package app

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/services/search/internal/config"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestEveryRouteOfTheContractIsMountedAndNoOther(t *testing.T) {
	t.Parallel()
	f := start(t)
	want := map[string]bool{}
	for _, r := range contract.Routes() {
		want[r.Method+" "+r.Path] = r.Method != http.MethodHead // served by GET
	}
	for _, route := range f.service.server.Routes() {
		key := strings.ReplaceAll(route, ":postId", "{postId}")
		require.Contains(t, want, key)
		delete(want, key)
	}
	for key, needed := range want {
		require.False(t, needed, key)
	}
}

func TestEveryRouteNeedsAToken(t *testing.T) {
	t.Parallel()
	f := start(t)
	asked := 0
	for _, r := range contract.Routes() {
		if strings.HasPrefix(r.Path, "/api/") && r.Method != http.MethodHead {
			asked++
			f.as(t, 0, r.Method, strings.ReplaceAll(r.Path, "{postId}", "1"), "{}").requireCode(t, 401, "BEARER_TOKEN_MISSING")
		}
	}
	require.GreaterOrEqual(t, asked, 7)
}

func TestAStartWithoutIndexesIsRefused(t *testing.T) {
	t.Parallel()
	f := start(t, func(cfg *config.Config) { cfg.Port, cfg.AdminPort, cfg.ShutdownDelay = 0, 0, 0 })
	bare := f.cfg
	bare.MongoDBDatabase = testenv.Mongo(t).Database
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.ErrorIs(t, serve(ctx, bare, nil), mongo.ErrNotMigrated)
	require.ErrorIs(t, rebuild(ctx, bare, nil), mongo.ErrNotMigrated)
}

// Two replicas could add the same post twice.
func TestALetterIsNotTriedBeforeTheIndexesAreThere(t *testing.T) {
	t.Parallel()
	f := start(t, func(cfg *config.Config) { cfg.Port, cfg.AdminPort, cfg.ShutdownDelay = 0, 0, 0 })
	bare := f.cfg
	bare.MongoDBDatabase = testenv.Mongo(t).Database
	client, err := mongo.Open(mongo.Config{URI: bare.MongoDBURI.Reveal(), Database: bare.MongoDBDatabase})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	record, err := activityrecord.Encode(eventOf(post(1, "", "글")), activityrecord.Origin{Source: "/dailyfeed/test", TopicPrefix: f.cfg.TopicPrefix})
	require.NoError(t, err)
	box := listenerletter.NewBox(client, bare.ConsumerGroup, func() time.Time { return now().Add(-time.Hour) }) // it is due by now
	require.NoError(t, box.Keep(t.Context(), kafka.Message{Topic: record.Topic, Value: record.Value}, errors.New("not known yet")))
	s, err := wire(bare)
	require.NoError(t, err)
	defer s.close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.ErrorIs(t, s.retryLetters(ctx), mongo.ErrNotMigrated)
	left, err := box.Count(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, left.Waiting)
}

func TestServeRunsUntilItIsToldToStop(t *testing.T) {
	t.Parallel()
	f := start(t, func(cfg *config.Config) { cfg.Port, cfg.AdminPort, cfg.ShutdownDelay = 0, 0, time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, f.cfg, nil) }()
	f.write(t, post(1, "", "글"))
	f.await(t, "posts", "글", 1)
	cancel()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(20 * time.Second):
		require.Fail(t, "serve does not end")
	}
}

func TestTheDocumentAndThePageAreServed(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.as(t, 7, "GET", "/api/search/posts?keyword=x", "") // which needs the signing keys
	for _, path := range []string{"/openapi.json", "/docs", "/healthcheck/ready"} {
		require.Equal(t, 200, f.as(t, 0, "GET", path, "").http, path)
	}
}
