package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/metrics/listenermetrics"
)

// serviceMetrics are what only activity measures. It implements
// eventconsumer.Observer.
type serviceMetrics struct {
	events  *prometheus.CounterVec
	letters *listenermetrics.Letters
	removed *prometheus.CounterVec
}

func newMetrics(registerer prometheus.Registerer) *serviceMetrics {
	m := &serviceMetrics{
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "activity_events_total", Help: "Events by what became of them: applied, known to be applied, letter.",
		}, []string{"outcome"}),
		letters: listenermetrics.New(registerer),
		removed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "activity_removed_total", Help: "Documents removed after the time that they are kept, by what they are.",
		}, []string{"what"}),
	}
	registerer.MustRegister(m.events, m.removed)
	return m
}

// Handled implements eventconsumer.Observer.
func (m *serviceMetrics) Handled(applied, known, letters int) {
	m.events.WithLabelValues("applied").Add(float64(applied))
	m.events.WithLabelValues("known").Add(float64(known))
	m.events.WithLabelValues("letter").Add(float64(letters))
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
