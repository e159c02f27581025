package telemetry

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Reference is where the reference is.
const Reference = "docs/telemetry.md"

const begin, end = "<!-- metrics -->\n", "<!-- /metrics -->"

// labels says of each label what its values can be. A label that is not here is
// a finding: somebody has to say that its values are bounded.
var labels = map[string]string{
	"attempt":   "number of an attempt, at most 3",
	"budget":    "left, spent",
	"by":        "member, address",
	"commit":    "one per build",
	"day":       "two, or those that are asked for",
	"doing":     "what a consumer does: a handful of words in the code",
	"found":     "words in the metric's help",
	"group":     "consumer groups: one per service that consumes",
	"kind":      "words in the code",
	"method":    "HTTP's seven, and other",
	"outcome":   "words in the metric's help",
	"partition": "TOPIC_PARTITIONS",
	"ready":     "yes, no",
	"route":     "patterns of the service's routes, and none",
	"service":   "the six services",
	"state":     "words in the metric's help",
	"status":    "HTTP statuses, and 499",
	"tag":       "one per build",
	"target":    "neighbours by name, one or two per service",
	"topic":     "one per day that is kept: 8, and those made for late events",
	"type":      "types of events: 19",
	"what":      "words in the code",
	"why":       "words in the code",
}

// Table is the reference in Markdown.
func Table(metrics []Metric) string {
	var b strings.Builder
	b.WriteString("| metric | kind | unit | labels | meaning | made by |\n|---|---|---|---|---|---|\n")
	used := map[string]bool{}
	for _, m := range metrics {
		named := make([]string, len(m.Labels))
		for i, l := range m.Labels {
			named[i], used[l] = "`"+l+"`", true
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", m.Name, m.Kind, m.Unit(), strings.Join(named, " "), strings.ReplaceAll(m.Help, "|", "\\|"), m.Module)
	}
	b.WriteString("\n| label | values |\n|---|---|\n")
	for _, l := range slices.Sorted(maps.Keys(used)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", l, labels[l])
	}
	return b.String()
}

// Check compares the reference with the code, and dashboards and rules with the
// reference. With fix it writes the reference, and says so.
func Check(w *workspace.Workspace, fix bool) (written bool, findings []workspace.Finding, err error) {
	metrics, findings, err := Scan(w)
	if err != nil {
		return false, nil, err
	}
	findings = append(findings, judge(metrics)...)
	written, stale, err := refer(filepath.Join(w.Root, Reference), Table(metrics), fix)
	if err != nil {
		return false, nil, err
	}
	if stale {
		findings = append(findings, workspace.Finding{Place: Reference, Fault: "is not what the code says"})
	}
	used, err := checkUses(w.Root, metrics)
	return written, append(findings, used...), err
}

// judge holds metrics to the rules of names and labels.
func judge(metrics []Metric) (findings []workspace.Finding) {
	for i, m := range metrics {
		if (m.Kind == "counter") != strings.HasSuffix(m.Name, "_total") {
			findings = append(findings, workspace.Finding{Place: m.Place, Fault: m.Name + ": counters, and only those, end with _total"})
		}
		for _, l := range m.Labels {
			if labels[l] == "" {
				findings = append(findings, workspace.Finding{Place: m.Place, Fault: fmt.Sprintf("%s: nobody says that the values of %q are bounded", m.Name, l)})
			}
		}
		if i > 0 && metrics[i-1].Name == m.Name && !slices.Equal(metrics[i-1].Labels, m.Labels) {
			findings = append(findings, workspace.Finding{Place: m.Place, Fault: m.Name + ": has other labels in " + metrics[i-1].Module})
		}
	}
	return findings
}

// refer compares the text between the marks with table, and replaces it with fix.
func refer(name, table string, fix bool) (written, stale bool, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return false, false, fmt.Errorf("read reference: %w", err)
	}
	head, rest, _ := strings.Cut(string(text), begin)
	old, tail, found := strings.Cut(rest, end)
	if !found {
		return false, true, nil
	}
	if old == table {
		return false, false, nil
	}
	if !fix {
		return false, true, nil
	}
	if err := os.WriteFile(name, []byte(head+begin+table+end+tail), 0o644); err != nil {
		return false, false, fmt.Errorf("write reference: %w", err)
	}
	return true, false, nil
}
