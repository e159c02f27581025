// Package namemetrics measures look-ups of how members sign. It is apart from
// metrics so that only services that show names link the directory.
package namemetrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/support/memberdirectory"
)

// Names measures look-ups of how members sign. It implements
// memberdirectory.Observer.
type Names struct{ lookups *prometheus.CounterVec }

var _ memberdirectory.Observer = (*Names)(nil)

// New registers the metrics of look-ups of names.
func New(registerer prometheus.Registerer) *Names {
	n := &Names{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "member_names_total", Help: "Names looked up, by where they were found: fresh, asked, stale, unknown.",
	}, []string{"found"})}
	registerer.MustRegister(n.lookups)
	return n
}

// LookedUp implements memberdirectory.Observer.
func (n *Names) LookedUp(fresh, asked, stale, unknown int) {
	for found, count := range map[string]int{"fresh": fresh, "asked": asked, "stale": stale, "unknown": unknown} {
		n.lookups.WithLabelValues(found).Add(float64(count))
	}
}
