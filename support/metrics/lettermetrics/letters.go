// Package lettermetrics measures the events that a writer tells. It is apart from
// metrics so that only services with such rows link MySQL and Kafka.
package lettermetrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
)

// Letters measures a writer's events. It implements deadletter.Observer.
type Letters struct {
	outcomes *prometheus.CounterVec
	delay    prometheus.Histogram
	state    *prometheus.GaugeVec
	oldest   prometheus.Gauge
}

var _ deadletter.Observer = (*Letters)(nil)

// New registers the metrics of a writer's events.
func New(registerer prometheus.Registerer) *Letters {
	l := &Letters{
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "events_outgoing_total", Help: "Events by what became of them: published, left_to_drain, drained, parked.",
		}, []string{"outcome"}),
		delay: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "events_publish_delay_seconds", Help: "Time from the commit of a change to Kafka's ack of its event.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}),
		state: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "dead_letters", Help: "Events in the writer's table, by state: waiting, leased, parked.",
		}, []string{"state"}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "dead_letters_oldest_seconds", Help: "Age of the oldest event that Kafka does not have and that is not parked.",
		}),
	}
	registerer.MustRegister(l.outcomes, l.delay, l.state, l.oldest)
	return l
}

// Published implements deadletter.Observer.
func (l *Letters) Published(letters int, delay time.Duration) {
	l.outcomes.WithLabelValues("published").Add(float64(letters))
	l.delay.Observe(delay.Seconds())
}

// LeftToDrain implements deadletter.Observer.
func (l *Letters) LeftToDrain(letters int) {
	l.outcomes.WithLabelValues("left_to_drain").Add(float64(letters))
}

// Drained implements deadletter.Observer.
func (l *Letters) Drained(letters int) {
	l.outcomes.WithLabelValues("drained").Add(float64(letters))
}

// Parked implements deadletter.Observer.
func (l *Letters) Parked(letters int) {
	l.outcomes.WithLabelValues("parked").Add(float64(letters))
}

// Counter tells the state of a table; *deadletter.Store does.
type Counter interface {
	Count(ctx context.Context) (deadletter.Counts, error)
}

// Sample measures the table once; call it now and then.
func (l *Letters) Sample(ctx context.Context, table Counter) error {
	counts, err := table.Count(ctx)
	if err != nil {
		return err
	}
	l.state.WithLabelValues("waiting").Set(float64(counts.Waiting))
	l.state.WithLabelValues("leased").Set(float64(counts.Leased))
	l.state.WithLabelValues("parked").Set(float64(counts.Parked))
	l.oldest.Set(counts.Oldest.Seconds())
	return nil
}
