package readevents

import "github.com/prometheus/client_golang/prometheus"

// Why a read is dropped.
const (
	queueFull = "queue_full"
	notTaken  = "not_taken"
	refused   = "refused"
)

// Metrics counts reads that were told, and those that were not.
type Metrics struct {
	told  prometheus.Counter
	drops *prometheus.CounterVec
}

// NewMetrics registers the metrics of an emitter.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		told: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "read_events_sent_total", Help: "Reads that Kafka has taken.",
		}),
		drops: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "read_events_dropped_total",
			Help: "Reads that were dropped, by why: queue_full, not_taken (the broker did not answer in time), refused.",
		}, []string{"why"}),
	}
	for _, why := range []string{queueFull, notTaken, refused} {
		m.drops.WithLabelValues(why)
	}
	registerer.MustRegister(m.told, m.drops)
	return m
}

func (m *Metrics) sent(n int)                { m.told.Add(float64(n)) }
func (m *Metrics) dropped(why string, n int) { m.drops.WithLabelValues(why).Add(float64(n)) }
