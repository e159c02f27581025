package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

// WatchRedis adds the connections of a client, and what it did without Redis.
func WatchRedis(registerer prometheus.Registerer, client *rediscache.Client) {
	for state, of := range map[string]func(*redis.PoolStats) uint32{
		"open": func(s *redis.PoolStats) uint32 { return s.TotalConns },
		"idle": func(s *redis.PoolStats) uint32 { return s.IdleConns },
	} {
		registerer.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "redis_connections", Help: "Connections to Redis, by state: open, idle.", ConstLabels: prometheus.Labels{"state": state},
		}, func() float64 { return float64(of(client.Conn().PoolStats())) }))
	}
	registerer.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "redis_pool_timeouts_total", Help: "Commands that waited in vain for a connection to Redis.",
		}, func() float64 { return float64(client.Conn().PoolStats().Timeouts) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "redis_commands_refused_total", Help: "Commands that failed at once while Redis was taken to be down.",
		}, func() float64 { return float64(client.Stats().Refused) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "redis_requests_unguarded_total", Help: "Writes that ran without a look for their first answer, because Redis did not answer.",
		}, func() float64 { return float64(client.Stats().Unguarded) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "redis_answers_lost_total", Help: "First answers of writes that Redis did not keep: a repeat runs again.",
		}, func() float64 { return float64(client.Stats().AnswersLost) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "redis_values_undecodable_total", Help: "Cached values that could not be read and were taken as absent.",
		}, func() float64 { return float64(client.Stats().Undecodable) }),
	)
}
