package httpserver

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the server's own; routes are patterns, so label values are bounded.
type metrics struct {
	duration *prometheus.HistogramVec
	sheds    prometheus.Counter
}

func newMetrics(registerer prometheus.Registerer) *metrics {
	m := &metrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_server_request_duration_seconds",
			Help:    "Time from the first byte of a request's headers to the end of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
		sheds: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "http_server_shed_total",
			Help: "Requests answered 503 because MAX_IN_FLIGHT were being worked on.",
		}),
	}
	if registerer != nil {
		registerer.MustRegister(m.duration, m.sheds)
	}
	return m
}

func (m *metrics) observe(method, route string, status int, elapsed time.Duration) {
	if route == "" {
		route = "none"
	}
	switch method {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
	default:
		method = "other"
	}
	m.duration.WithLabelValues(method, route, strconv.Itoa(status)).Observe(elapsed.Seconds())
}

func (m *metrics) shed() { m.sheds.Inc() }
