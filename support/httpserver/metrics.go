package httpserver

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// noRoute stands for requests that matched none.
const noRoute = "none"

// metrics are the server's own; routes are patterns, so label values are bounded.
type metrics struct {
	duration  *prometheus.HistogramVec
	sheds     prometheus.Counter
	throttles *prometheus.CounterVec
}

func newMetrics(registerer prometheus.Registerer, slots *slots) *metrics {
	m := &metrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_server_request_duration_seconds",
			Help:    "Time from the routing of a request to the end of its answer. Status 499: the client left.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
		sheds: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "http_server_shed_total",
			Help: "Requests answered 503 at once because too many were being worked on.",
		}),
		throttles: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_server_throttled_total",
			Help: "Writes answered 429, by the limit that was used up: member or address.",
		}, []string{"by"}),
	}
	if registerer != nil {
		registerer.MustRegister(m.duration, m.sheds, m.throttles, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "http_server_in_flight",
			Help: "Requests that are being worked on.",
		}, slots.inFlight), prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "http_server_in_flight_limit",
			Help: "Requests that may be worked on at once: MAX_IN_FLIGHT, or fewer while answers are slow.",
		}, slots.bound))
	}
	return m
}

func (m *metrics) observe(method, route string, status int, elapsed time.Duration) {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
	default:
		method = "other"
	}
	m.duration.WithLabelValues(method, route, strconv.Itoa(status)).Observe(elapsed.Seconds())
}
