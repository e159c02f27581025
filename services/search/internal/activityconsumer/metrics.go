package activityconsumer

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what the consumer did.
type Metrics struct {
	delay   *prometheus.HistogramVec
	letters prometheus.Counter
}

// NewMetrics registers the metrics of the consumer.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		delay: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "search_event_delay_seconds",
			Help:    "Time from a change until it is searchable, by type.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2, 5, 10, 60, 600, 3600},
		}, []string{"type"}),
		letters: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "search_letters_total", Help: "Records that could not be applied and were kept as dead letters.",
		}),
	}
	registerer.MustRegister(m.delay, m.letters)
	return m
}

func (m *Metrics) applied(kind string, delay time.Duration) {
	m.delay.WithLabelValues(kind).Observe(max(0, delay.Seconds()))
}

func (m *Metrics) kept() { m.letters.Inc() }
