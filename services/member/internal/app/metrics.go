package app

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// securityLog writes security events and counts them.
type securityLog struct{ events *prometheus.CounterVec }

func newSecurityLog(registerer prometheus.Registerer) *securityLog {
	l := &securityLog{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "security_events_total", Help: "Things that an operator should look at, by kind.",
	}, []string{"kind"})}
	registerer.MustRegister(l.events)
	return l
}

// Report implements member.SecurityLog.
func (l *securityLog) Report(ctx context.Context, e member.SecurityEvent) {
	l.events.WithLabelValues(e.Kind).Inc()
	slog.WarnContext(ctx, "security event", "event", e.Kind, "member_id", int64(e.Member), "session_id", int64(e.Session), "client", e.Address)
}

// removalMetrics count pictures that are to be deleted. It implements
// member.RemovalObserver.
type removalMetrics struct{ outcomes *prometheus.CounterVec }

func newRemovalMetrics(registerer prometheus.Registerer) *removalMetrics {
	m := &removalMetrics{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "picture_removals_total", Help: "Pictures that image was asked to delete, by outcome: done, delayed, dropped.",
	}, []string{"outcome"})}
	registerer.MustRegister(m.outcomes)
	return m
}

// RemovalsDone implements member.RemovalObserver.
func (m *removalMetrics) RemovalsDone(n int) { m.outcomes.WithLabelValues("done").Add(float64(n)) }

// RemovalsDelayed implements member.RemovalObserver.
func (m *removalMetrics) RemovalsDelayed(n int, cause error) {
	m.outcomes.WithLabelValues("delayed").Add(float64(n))
	slog.Warn("pictures not deleted yet", "pictures", n, "error", cause)
}

// RemovalsDropped implements member.RemovalObserver.
func (m *removalMetrics) RemovalsDropped(n int) {
	m.outcomes.WithLabelValues("dropped").Add(float64(n))
	slog.Error("pictures left to the cleaner of orphans", "pictures", n)
}

// watch registers what the parts of the service count themselves.
func (s *service) watch() {
	s.registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "redis_announcements_failed_total", Help: "Revocations and live sessions that Redis did not take at once.",
		}, func() float64 { return float64(s.announcer.Failures()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "login_attempts_counted_in_mysql_total", Help: "Attempts at passwords that were counted in MySQL because Redis did not answer.",
		}, func() float64 { return float64(s.attempts.FellBack()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "change_signals_dropped_total", Help: "Changes that caches were not told of.",
		}, func() float64 { return float64(s.signals.Dropped()) }),
	)
	s.registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "password_helpers_started_total", Help: "Processes that were started to hash passwords.",
		}, func() float64 { return float64(s.helpers.Started()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "password_helpers_lost_total", Help: "Processes for hashing that died, hung or answered nonsense.",
		}, func() float64 { return float64(s.helpers.Lost()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "password_hashes_within_total", Help: "Passwords that were hashed in the service's own process for want of a helper.",
		}, func() float64 { return float64(s.helpers.Within()) }),
	)
	s.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "password_hashes_in_use", Help: "Passwords that are being hashed or wait for it.",
	}, func() float64 { return float64(s.hasher.InUse()) }))
}
