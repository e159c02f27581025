package feed

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// Metrics counts what happens to feeds.
type Metrics struct {
	reads                  *prometheus.CounterVec
	builds, pushes, offers prometheus.Counter
}

// NewMetrics registers the metrics of feeds.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		reads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "feed_reads_total", Help: "Looks at stored feeds, by what was found: ready, unproven, missing, failed.",
		}, []string{"found"}),
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
	registerer.MustRegister(m.reads, m.builds, m.pushes, m.offers)
	return m
}

func (m *Metrics) read(state timeline.FeedState) {
	found := "missing"
	switch state {
	case timeline.FeedReady:
		found = "ready"
	case timeline.FeedUnproven:
		found = "unproven"
	case timeline.FeedMissing:
	}
	m.reads.WithLabelValues(found).Inc()
}

func (m *Metrics) failed()      { m.reads.WithLabelValues("failed").Inc() }
func (m *Metrics) built()       { m.builds.Inc() }
func (m *Metrics) pushed(n int) { m.pushes.Add(float64(n)) }
func (m *Metrics) offered()     { m.offers.Inc() }
