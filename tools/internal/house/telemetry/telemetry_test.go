package telemetry_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/telemetry"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

const code = `package m

import "github.com/prometheus/client_golang/prometheus"

var a = prometheus.NewCounterVec(prometheus.CounterOpts{
	Name: "sent_total", Help: "Things " + "sent.",
}, []string{"outcome"})
var b = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "wait_seconds", Help: "Waiting."})
`

const rules = `groups:
- name: a
  rules:
  - alert: TooSlow
    expr: histogram_quantile(0.99, sum by (le) (rate(wait_seconds_bucket[5m]))) > 1 and on () up == 1
    annotations: {runbook_url: https://example.org/docs/runbooks/TooSlow.md}
`

const tests = `tests:
- alert_rule_test:
  - {alertname: TooSlow, exp_alerts: [{}]}
  - {alertname: TooSlow}
`

func house(t *testing.T, changes map[string]string) *workspace.Workspace {
	t.Helper()
	files := map[string]string{
		"go.work": "go 1.26.0\nuse ./support/m\n", "support/m/go.mod": "module example.org/m\n\ngo 1.26.0\n",
		"support/m/m.go": code, "services/README.md": "x", "docs/telemetry.md": "x\n<!-- metrics -->\n<!-- /metrics -->\n",
		"deploy/observability/alerts.yaml": rules, "deploy/observability/alerts_test.yaml": tests,
		"deploy/observability/dashboards/a.json": `{"panels":[{"title":"Sent","targets":[{"expr":"sum(rate(sent_total{job=\"$job\"}[5m])) by (outcome)"}]}]}`,
		"docs/runbooks/TooSlow.md":               "x",
	}
	maps.Copy(files, changes)
	return housetest.Workspace(t, files)
}

func TestTheReferenceIsWrittenFromTheCode(t *testing.T) {
	t.Parallel()
	w := house(t, nil)
	written, findings, err := telemetry.Check(w, false)
	require.NoError(t, err)
	require.False(t, written)
	require.Equal(t, []workspace.Finding{{Place: "docs/telemetry.md", Fault: "is not what the code says"}}, findings)
	written, findings, err = telemetry.Check(w, true)
	require.NoError(t, err)
	require.True(t, written)
	require.Empty(t, findings)
	written, findings, err = telemetry.Check(w, false)
	require.NoError(t, err)
	require.False(t, written)
	require.Empty(t, findings)
	metrics, _, err := telemetry.Scan(w)
	require.NoError(t, err)
	require.Contains(t, telemetry.Table(metrics), "| `sent_total` | counter | count | `outcome` | Things sent. | support/m |")
	require.Contains(t, telemetry.Table(metrics), "| `wait_seconds` | histogram | seconds |  | Waiting. | support/m |")
}

func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]map[string]string{
		"there is no metric gone_total":   {"deploy/observability/dashboards/a.json": `{"panels":[{"targets":[{"expr":"gone_total"}]}]}`},
		"there is no metric wait_seconds": {"deploy/observability/dashboards/a.json": `{"panels":[{"targets":[{"expr":"wait_seconds > 1"}]}]}`},
		`sent_total: nobody says that the values of "member_id" are bounded`: {"support/m/m.go": `package m
import "github.com/prometheus/client_golang/prometheus"
var a = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sent_total", Help: "x"}, []string{"member_id"})
var b = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "wait_seconds", Help: "Waiting."})`},
		"docs/runbooks/TooSlow.md is missing":                         {"docs/runbooks/TooSlow.md": "\x00delete"},
		"needs a test in which it fires and one in which it does not": {"deploy/observability/alerts_test.yaml": "tests: []"},
		"the metric's name and help are no literals, and so not in the reference": {"support/m/x.go": `package m
import "github.com/prometheus/client_golang/prometheus"
func f(name string) { prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: "x"}) }`},
	} {
		if change["docs/runbooks/TooSlow.md"] != "" {
			change = map[string]string{"deploy/observability/alerts.yaml": rules + "  - alert: Other\n    expr: up == 0\n    annotations: {runbook_url: https://example.org/docs/runbooks/Other.md}\n"}
			want = "docs/runbooks/Other.md is missing"
		}
		_, findings, err := telemetry.Check(house(t, change), true)
		require.NoError(t, err)
		var faults []string
		for _, f := range findings {
			faults = append(faults, f.Fault)
		}
		require.Contains(t, faults, want)
	}
}

func TestMetricsOfAnExpression(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string][]string{
		`sum by (job) (rate(a_total{b="c_total"}[5m])) / on (job) group_left () d > 0.5 or e_bucket offset 5m`: {"a_total", "d", "e_bucket"},
		`absent(up{job=~"$job"}) == bool 1`: {"up"},
	} {
		require.Equal(t, want, telemetry.MetricsOf(expression))
	}
}
