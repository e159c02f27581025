package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/support/telemetry"
)

// WatchTraces counts spans by what became of them.
func WatchTraces(registerer prometheus.Registerer, tracing *telemetry.Tracing) {
	for what, count := range map[string]func(telemetry.Counts) uint64{
		"ended":  func(c telemetry.Counts) uint64 { return c.Ended },
		"sent":   func(c telemetry.Counts) uint64 { return c.Sent },
		"failed": func(c telemetry.Counts) uint64 { return c.Failed },
	} {
		registerer.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "trace_spans_total", Help: "Spans: ended, sent to the collector, failed to be sent. What ended and is neither waits, or was dropped.",
			ConstLabels: prometheus.Labels{"state": what},
		}, func() float64 { return float64(count(tracing.Counts())) }))
	}
}
