package feed

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// Metrics counts what happens to feeds.
type Metrics struct {
	// by what was found: looking a label up costs more than counting
	ready, unproven, missing, failures prometheus.Counter

	builds, pushes, offers prometheus.Counter
}

// NewMetrics registers the metrics of feeds.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	reads := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "feed_reads_total", Help: "Looks at stored feeds, by what was found: ready, unproven, missing, failed.",
	}, []string{"found"})
	m := &Metrics{
		ready: reads.WithLabelValues("ready"), unproven: reads.WithLabelValues("unproven"),
		missing: reads.WithLabelValues("missing"), failures: reads.WithLabelValues("failed"),
		builds: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "feed_builds_total", Help: "Feeds that were built from the database and stored.",
		}),
		pushes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "feed_pushes_total", Help: "Feeds that a new post was pushed into.",
		}),
		offers: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "feed_offers_total", Help: "Posts that were not pushed because their author has too many followers.",
		}),
	}
	registerer.MustRegister(reads, m.builds, m.pushes, m.offers)
	return m
}

func (m *Metrics) read(state timeline.FeedState) {
	switch state {
	case timeline.FeedReady:
		m.ready.Inc()
	case timeline.FeedUnproven:
		m.unproven.Inc()
	case timeline.FeedMissing:
		m.missing.Inc()
	}
}

func (m *Metrics) failed()      { m.failures.Inc() }
func (m *Metrics) built()       { m.builds.Inc() }
func (m *Metrics) pushed(n int) { m.pushes.Add(float64(n)) }
func (m *Metrics) offered()     { m.offers.Inc() }
