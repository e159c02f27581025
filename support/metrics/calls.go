package metrics

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// Calls measures calls to other services. It implements serviceclient.Observer.
type Calls struct {
	duration *prometheus.HistogramVec
	attempts *prometheus.CounterVec
	breaker  *prometheus.GaugeVec
	looks    *prometheus.CounterVec
	retries  *prometheus.CounterVec
}

var _ serviceclient.Observer = (*Calls)(nil)

// NewCalls registers the metrics of outgoing calls.
func NewCalls(registerer prometheus.Registerer) *Calls {
	c := &Calls{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "service_call_duration_seconds", Help: "Time that the caller waited for a call, with its retries, by target and outcome.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"target", "outcome"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "service_call_attempts_total", Help: "Attempts of calls, by target.",
		}, []string{"target"}),
		breaker: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "service_breaker_state", Help: "0 closed, 1 half-open, 2 open, by target.",
		}, []string{"target"}),
		looks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "service_breaker_looks_total", Help: "Looks of an open breaker at its target, by target and whether that said it is ready.",
		}, []string{"target", "ready"}),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "service_call_retries_total", Help: "Further attempts, by target and whether the budget allowed them.",
		}, []string{"target", "budget"}),
	}
	registerer.MustRegister(c.duration, c.attempts, c.breaker, c.looks, c.retries)
	return c
}

// Ended implements serviceclient.Observer.
func (c *Calls) Ended(target string, outcome serviceclient.Outcome, attempts int, elapsed time.Duration) {
	c.duration.WithLabelValues(target, outcome.String()).Observe(elapsed.Seconds())
	c.attempts.WithLabelValues(target).Add(float64(attempts))
}

// StateChanged implements serviceclient.Observer.
func (c *Calls) StateChanged(target string, from, to serviceclient.State) {
	c.breaker.WithLabelValues(target).Set(float64(to))
	slog.Warn("breaker changed", "target", target, "from", from.String(), "to", to.String())
}

// Looked implements serviceclient.Observer.
func (c *Calls) Looked(target string, ready bool) {
	said := "no"
	if ready {
		said = "yes"
	}
	c.looks.WithLabelValues(target, said).Inc()
}

// Retried implements serviceclient.Observer.
func (c *Calls) Retried(target string, budget bool) {
	allowed := "left"
	if !budget {
		allowed = "spent"
	}
	c.retries.WithLabelValues(target, allowed).Inc()
}
