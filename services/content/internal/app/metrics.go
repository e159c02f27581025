package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/services/content/internal/mysqlstore"
)

// serviceMetrics are what only content measures.
type serviceMetrics struct {
	letters *prometheus.GaugeVec
	oldest  prometheus.Gauge
}

func newMetrics(registerer prometheus.Registerer) *serviceMetrics {
	m := &serviceMetrics{
		letters: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "listener_dead_letters", Help: "Records that could not be applied, by state: waiting, parked.",
		}, []string{"state"}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "listener_dead_letters_oldest_seconds", Help: "Age of the oldest record that could not be applied and is not parked.",
		}),
	}
	registerer.MustRegister(m.letters, m.oldest)
	return m
}

func (m *serviceMetrics) sampleLetters(counts mysqlstore.LetterCounts, now time.Time) {
	m.letters.WithLabelValues("waiting").Set(float64(counts.Waiting))
	m.letters.WithLabelValues("parked").Set(float64(counts.Parked))
	m.oldest.Set(0)
	if counts.Oldest != nil {
		m.oldest.Set(max(0, now.Sub(*counts.Oldest).Seconds()))
	}
}
