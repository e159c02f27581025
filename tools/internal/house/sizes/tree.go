package sizes

import (
	"context"
	"path"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Report is what Tree found: the measures of each module's own code, without
// tests and generated files, and the faults of all files that people write.
type Report struct {
	Modules  map[string]Measure
	Findings []workspace.Finding
}

// Tree measures the Go files of the workspace.
func Tree(ctx context.Context, w *workspace.Workspace) (Report, error) {
	report := Report{Modules: map[string]Measure{}}
	names, err := w.Files(ctx)
	if err != nil {
		return Report{}, err
	}
	for _, name := range names {
		if path.Ext(name) != ".go" {
			continue
		}
		text, err := w.ReadFile(name)
		if err != nil {
			return Report{}, err
		}
		if Generated(text) {
			continue
		}
		report.take(w, name, File(text))
	}
	workspace.SortFindings(report.Findings)
	return report, nil
}

func (r *Report) take(w *workspace.Workspace, name string, m Measure) {
	if fault := m.Fault(name); fault != "" {
		r.Findings = append(r.Findings, workspace.Finding{Place: name, Fault: fault})
	}
	if strings.HasSuffix(name, "_test.go") {
		return
	}
	folder := w.FolderOf(name)
	sum := r.Modules[folder]
	sum.Add(m)
	r.Modules[folder] = sum
}
