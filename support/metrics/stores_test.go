package metrics_test

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
	"github.com/dailyfeed/dailyfeed/support/metrics"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

func TestWhatWasDoneWithoutRedisIsCounted(t *testing.T) {
	t.Parallel()
	client, err := rediscache.Open(rediscache.Config{Addr: "127.0.0.1:1", Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	registry := prometheus.NewRegistry()
	metrics.WatchRedis(registry, client)
	book := rediscache.NewAnswerBook(client, "test:", 0)
	_, _, err = book.Once(t.Context(), idempotency.Scope{Key: "k", Life: time.Minute}, func(context.Context) idempotency.Answer {
		return idempotency.Answer{Status: 200}
	})
	require.NoError(t, err)
	counted := map[string]float64{}
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		counted[family.GetName()] = family.GetMetric()[0].GetCounter().GetValue()
	}
	require.InDelta(t, 1, counted["redis_requests_unguarded_total"], 0)
	require.InDelta(t, 1, counted["redis_answers_lost_total"], 0)
	require.Contains(t, counted, "redis_values_undecodable_total")
}
