// Package mongometrics measures clients of MongoDB. It is apart from metrics so that
// only services with a MongoDB link its driver.
package mongometrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/support/mongo"
)

// Watch adds the connections of a client.
func Watch(registerer prometheus.Registerer, client *mongo.Client) {
	for state, of := range map[string]func(mongo.Stats) int64{
		"open":   func(s mongo.Stats) int64 { return s.Open },
		"in_use": func(s mongo.Stats) int64 { return s.InUse },
	} {
		registerer.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "mongodb_connections", Help: "Connections to MongoDB, by state: open, in_use.", ConstLabels: prometheus.Labels{"state": state},
		}, func() float64 { return float64(of(client.Stats())) }))
	}
	registerer.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "mongodb_connections_failed_total", Help: "Operations that got no connection to MongoDB.",
	}, func() float64 { return float64(client.Stats().Failed) }))
}
