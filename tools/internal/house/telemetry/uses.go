package telemetry

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Folder is where dashboards and alert rules are.
const Folder = "deploy/observability"

// others are metrics that libraries and Prometheus itself make.
var others = []string{"up", "go_", "process_"}

// noMetric are words of the language that may stand where a name does.
var noMetric = []string{"and", "or", "unless", "bool", "offset", "on", "ignoring", "by", "without", "group_left", "group_right", "inf", "nan"}

var (
	quoted    = regexp.MustCompile(`"[^"]*"`)
	braces    = regexp.MustCompile(`\{[^}]*\}`)
	ranges    = regexp.MustCompile(`\[[^\]]*\]`)
	groupings = regexp.MustCompile(`\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`)
	variables = regexp.MustCompile(`\$\w+`)
	numbers   = regexp.MustCompile(`\b[0-9][0-9a-z.]*\b`)
	words     = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`)
)

// MetricsOf are the names of the metrics in a PromQL expression.
func MetricsOf(expression string) (names []string) {
	for _, drop := range []*regexp.Regexp{quoted, braces, ranges, groupings, variables, numbers} {
		expression = drop.ReplaceAllString(expression, " ")
	}
	for _, word := range words.FindAllString(expression, -1) {
		name := strings.TrimSpace(word)
		if strings.HasSuffix(name, "(") || slices.Contains(noMetric, strings.ToLower(name)) || slices.Contains(names, name) {
			continue
		}
		names = append(names, name)
	}
	return names
}

// use is an expression, and where it is used.
type use struct{ place, expression string }

func checkUses(root string, metrics []Metric) (findings []workspace.Finding, err error) {
	dashboards, err := dashboardUses(root)
	if err != nil {
		return nil, err
	}
	rules, faults, err := ruleUses(root)
	if err != nil {
		return nil, err
	}
	for _, u := range append(dashboards, rules...) {
		for _, name := range MetricsOf(u.expression) {
			if !exists(name, metrics) {
				faults = append(faults, workspace.Finding{Place: u.place, Fault: "there is no metric " + name})
			}
		}
	}
	return faults, nil
}

func exists(name string, metrics []Metric) bool {
	return slices.ContainsFunc(others, func(o string) bool { return name == o || (strings.HasSuffix(o, "_") && strings.HasPrefix(name, o)) }) ||
		slices.ContainsFunc(metrics, func(m Metric) bool {
			if m.Kind != "histogram" {
				return m.Name == name
			}
			return slices.Contains([]string{m.Name + "_bucket", m.Name + "_sum", m.Name + "_count"}, name)
		})
}

// dashboardUses are the expressions of all panels.
func dashboardUses(root string) (uses []use, err error) {
	files, err := filepath.Glob(filepath.Join(root, Folder, "dashboards", "*.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read dashboard: %w", err)
		}
		var dashboard struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
		}
		if err := json.Unmarshal(text, &dashboard); err != nil {
			return nil, fmt.Errorf("read dashboard %s: %w", filepath.Base(file), err)
		}
		for _, panel := range dashboard.Panels {
			for _, target := range panel.Targets {
				uses = append(uses, use{Folder + "/dashboards/" + filepath.Base(file) + ": " + panel.Title, target.Expr})
			}
		}
	}
	return uses, nil
}

// rulesFile is as Prometheus reads it.
type rulesFile struct {
	Groups []struct {
		Rules []struct {
			Alert, Expr         string
			Annotations, Labels map[string]string
		}
	}
}

type testsFile struct {
	Tests []struct {
		AlertRuleTest []struct {
			Alertname string
			ExpAlerts []any `yaml:"exp_alerts"`
		} `yaml:"alert_rule_test"`
	}
}

// ruleUses are the expressions of all alerts; an alert without a runbook, or
// without a test that makes it fire and one that does not, is a finding.
func ruleUses(root string) (uses []use, findings []workspace.Finding, err error) {
	const file, tests = Folder + "/alerts.yaml", Folder + "/alerts_test.yaml"
	var rules rulesFile
	var tested testsFile
	for name, into := range map[string]any{file: &rules, tests: &tested} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, nil, fmt.Errorf("read alerts: %w", err)
		}
		if err := yaml.Unmarshal(text, into); err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, test := range tested.Tests {
		for _, a := range test.AlertRuleTest {
			if len(a.ExpAlerts) > 0 {
				fires[a.Alertname] = true
			} else {
				quiet[a.Alertname] = true
			}
		}
	}
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			place := file + ": " + rule.Alert
			uses = append(uses, use{place, rule.Expr})
			runbook := "docs/runbooks/" + rule.Alert + ".md"
			if !strings.HasSuffix(rule.Annotations["runbook_url"], "/"+runbook) {
				findings = append(findings, workspace.Finding{Place: place, Fault: "does not point to " + runbook})
			}
			if _, err := os.Stat(filepath.Join(root, runbook)); err != nil {
				findings = append(findings, workspace.Finding{Place: place, Fault: runbook + " is missing"})
			}
			if !fires[rule.Alert] || !quiet[rule.Alert] {
				findings = append(findings, workspace.Finding{Place: place, Fault: "needs a test in which it fires and one in which it does not"})
			}
		}
	}
	return uses, findings, nil
}
