package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// figures are an audit's results as metrics.
type figures struct {
	events     *prometheus.GaugeVec
	compared   *prometheus.GaugeVec
	wrong      *prometheus.GaugeVec
	difference prometheus.Gauge
	last       prometheus.Gauge
	failures   prometheus.Counter
}

func newFigures(registerer prometheus.Registerer) *figures {
	f := &figures{
		events: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "audit_events", Help: "Events by day, type and what became of them. lost, missing and phantom must be 0.",
		}, []string{"day", "type", "state"}),
		compared: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "audit_compared", Help: "How many were compared, by what."}, []string{"what"}),
		wrong:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "audit_wrong", Help: "How many of these differed."}, []string{"what"}),
		difference: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "audit_differences", Help: "All that differed in the last audit and was not repaired.",
		}),
		last: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "audit_last_success_timestamp_seconds", Help: "When the last audit ended that could read everything.",
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{Name: "audit_failures_total", Help: "Audits that could not read everything."}),
	}
	registerer.MustRegister(f.events, f.compared, f.wrong, f.difference, f.last, f.failures)
	return f
}

func (f *figures) take(a Audit, now time.Time) {
	f.events.Reset()
	for _, e := range a.Events {
		for state, n := range map[string]int64{
			"committed": e.Committed, "applied": e.Applied, "waiting": e.Waiting, "lag": e.Lag, "dead": e.Dead, "parked": e.Parked,
			"discarded": e.Discarded, "lost": e.Lost, "missing": e.Missing, "phantom": e.Phantom,
		} {
			f.events.WithLabelValues(e.Day, e.Type, state).Set(float64(n))
		}
	}
	for _, c := range a.Checks {
		f.compared.WithLabelValues(c.Name).Set(float64(c.Looked))
		f.wrong.WithLabelValues(c.Name).Set(float64(c.Wrong))
	}
	f.difference.Set(float64(a.Differences()))
	f.last.Set(float64(now.Unix()))
}

const headerWithin = 5 * time.Second

// ServeAudit audits at once and then every so often until ctx ends, and serves the
// figures of the last audit at http://address/metrics.
func ServeAudit(ctx context.Context, s *Stores, options AuditOptions, address string, every time.Duration) error {
	if every < time.Second {
		return errTooOften
	}
	registry := prometheus.NewRegistry()
	shown := newFigures(registry)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("serve audit: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headerWithin}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	slog.InfoContext(ctx, "audit serves its figures", "address", listener.Addr().String())
	for {
		audit, err := s.Audit(ctx, options)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			shown.failures.Inc()
			slog.WarnContext(ctx, "audit failed", "error", err)
		default:
			shown.take(audit, s.now())
			slog.InfoContext(ctx, "audited", "differences", audit.Differences())
		}
		timer := time.NewTimer(every)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case err := <-failed:
			timer.Stop()
			return fmt.Errorf("serve audit: %w", err)
		case <-timer.C:
		}
	}
}

var errTooOften = errors.New("an audit reads whole tables: --every must be at least 1s")
