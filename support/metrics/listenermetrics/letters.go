// Package listenermetrics measures the records that a consumer group could not
// apply, wherever they are kept.
package listenermetrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Letters are the gauges that the alert RecordsNotApplied looks at.
type Letters struct {
	state  *prometheus.GaugeVec
	oldest prometheus.Gauge
}

// New registers the gauges of a group's letters.
func New(registerer prometheus.Registerer) *Letters {
	l := &Letters{
		state: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "listener_dead_letters", Help: "Records that could not be applied, by state: waiting, parked.",
		}, []string{"state"}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "listener_dead_letters_oldest_seconds", Help: "Age of the oldest record that could not be applied and is not parked.",
		}),
	}
	registerer.MustRegister(l.state, l.oldest)
	return l
}

// Set tells how many letters wait and are parked, and when the oldest came that
// waits, the zero time where none does.
func (l *Letters) Set(waiting, parked int64, oldest, now time.Time) {
	l.state.WithLabelValues("waiting").Set(float64(waiting))
	l.state.WithLabelValues("parked").Set(float64(parked))
	l.oldest.Set(0)
	if !oldest.IsZero() {
		l.oldest.Set(max(0, now.Sub(oldest).Seconds()))
	}
}
