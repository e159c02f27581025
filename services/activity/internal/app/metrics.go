package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
)

// serviceMetrics are what only activity measures. It implements
// eventconsumer.Observer.
type serviceMetrics struct {
	events  *prometheus.CounterVec
	letters *prometheus.GaugeVec
	oldest  prometheus.Gauge
	removed *prometheus.CounterVec
}

func newMetrics(registerer prometheus.Registerer) *serviceMetrics {
	m := &serviceMetrics{
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "activity_events_total", Help: "Events by what became of them: applied, known to be applied, letter.",
		}, []string{"outcome"}),
		letters: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "listener_dead_letters", Help: "Records that could not be applied, by state: waiting, parked.",
		}, []string{"state"}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "listener_dead_letters_oldest_seconds", Help: "Age of the oldest record that could not be applied and is not parked.",
		}),
		removed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "activity_removed_total", Help: "Documents removed after the time that they are kept, by what they are.",
		}, []string{"what"}),
	}
	registerer.MustRegister(m.events, m.letters, m.oldest, m.removed)
	return m
}

// Handled implements eventconsumer.Observer.
func (m *serviceMetrics) Handled(applied, known, letters int) {
	m.events.WithLabelValues("applied").Add(float64(applied))
	m.events.WithLabelValues("known").Add(float64(known))
	m.events.WithLabelValues("letter").Add(float64(letters))
}

func (m *serviceMetrics) sampleLetters(counts listenerletter.Counts, now time.Time) {
	m.letters.WithLabelValues("waiting").Set(float64(counts.Waiting))
	m.letters.WithLabelValues("parked").Set(float64(counts.Parked))
	m.oldest.Set(0)
	if !counts.Oldest.IsZero() {
		m.oldest.Set(now.Sub(counts.Oldest).Seconds())
	}
}

func (m *serviceMetrics) watchStreams(registerer prometheus.Registerer, hub *activity.Hub) {
	registerer.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "activity_streams", Help: "Streams that are open.",
		}, func() float64 { open, _ := hub.Open(); return float64(open) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "activity_streams_overrun_total", Help: "Streams that were ended because they were too far behind.",
		}, func() float64 { _, overruns := hub.Open(); return float64(overruns) }),
	)
}
