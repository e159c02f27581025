package metrics

import (
	"database/sql"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/dailyfeed/dailyfeed/support/process"
)

// NewRegistry has the metrics of any process: Go, the process itself, and what
// it was built from.
func NewRegistry(service string) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	build := process.Build()
	info := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "build_info", Help: "Always 1; the labels say what this process was built from.",
		ConstLabels: prometheus.Labels{"service": service, "tag": build.Tag, "commit": build.Commit},
	}, func() float64 { return 1 })
	registry.MustRegister(info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// WatchSQL adds the statistics of a pool of connections.
func WatchSQL(registerer prometheus.Registerer, db *sql.DB, name string) {
	registerer.MustRegister(collectors.NewDBStatsCollector(db, name))
}
