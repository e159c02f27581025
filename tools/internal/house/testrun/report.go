package testrun

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Report is the sum of a run.
type Report struct {
	rows   map[string]*row
	failed []failed
	// Servers is what the tests of this run were given, "" when none needed any.
	Servers string
	// Faults are failures of the run itself, such as an end by its deadline.
	Faults []error
}

type row struct {
	packages, passed, failed, skipped int
	elapsed                           time.Duration
}

type failed struct{ folder, test string }

func (r *Report) add(w *workspace.Workspace, p Package) {
	folder := w.Short(p.Path)
	module := w.FolderOf(folder)
	if r.rows == nil {
		r.rows = map[string]*row{}
	}
	sum := r.rows[module]
	if sum == nil {
		sum = &row{}
		r.rows[module] = sum
	}
	sum.packages++
	sum.passed += p.Passed
	sum.failed += len(p.Failed)
	sum.skipped += len(p.Skipped)
	sum.elapsed += p.Elapsed
	for _, t := range p.Failed {
		r.failed = append(r.failed, failed{folder: folder, test: t.Name})
	}
}

func (r *Report) total() row {
	var sum row
	for _, one := range r.rows {
		sum.packages += one.packages
		sum.passed += one.passed
		sum.failed += one.failed
		sum.skipped += one.skipped
		sum.elapsed += one.elapsed
	}
	return sum
}

// Good tells whether the run proves anything and found nothing wrong. Where
// skipsFail is set, as in CI, a skipped test is a failure: nobody looks there.
func (r *Report) Good(skipsFail bool) bool {
	sum := r.total()
	return len(r.Faults) == 0 && sum.failed == 0 && sum.passed > 0 && (!skipsFail || sum.skipped == 0)
}

// Print writes the summary; its last line is `N passed, N failed, N skipped`.
func (r *Report) Print(out io.Writer, took time.Duration, skipsFail bool) {
	sum := r.total()
	fmt.Fprintf(out, "\n%-26s %8s %6s %6s %7s %7s\n", "module", "packages", "tests", "failed", "skipped", "seconds")
	modules := make([]string, 0, len(r.rows))
	for name := range r.rows {
		modules = append(modules, name)
	}
	slices.Sort(modules)
	for _, name := range modules {
		printRow(out, name, *r.rows[name])
	}
	printRow(out, "all", sum)
	if r.Servers != "" {
		fmt.Fprintln(out, "servers:", r.Servers)
	}
	fmt.Fprintf(out, "took %s\n", took.Round(100*time.Millisecond))
	for _, fault := range r.Faults {
		fmt.Fprintln(out, "fault:", fault)
	}
	if skipsFail && sum.skipped > 0 {
		fmt.Fprintln(out, "fault: tests were skipped, which counts as failed where CI is set")
	}
	if sum.passed+sum.failed+sum.skipped == 0 {
		fmt.Fprintln(out, "fault: no test ran")
	}
	if len(r.Faults) == 0 { // what an interrupted run left undone is no list of suspects
		r.printNext(out)
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", sum.passed, sum.failed, sum.skipped)
}

// printedNext bounds the list of commands: one broken thing can fail hundreds.
const printedNext = 10

// printNext says how to run what failed again.
func (r *Report) printNext(out io.Writer) {
	for i, f := range r.failed {
		if i == printedNext {
			fmt.Fprintf(out, "next: … and %d more\n", len(r.failed)-i)
			return
		}
		run := ""
		if f.test != "" {
			run = " -run '" + pattern(f.test) + "'"
		}
		fmt.Fprintf(out, "next: go test -race%s ./%s\n", run, f.folder)
	}
}

// pattern is the -run argument that picks one test.
func pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

func printRow(out io.Writer, name string, r row) {
	fmt.Fprintf(out, "%-26s %8d %6d %6d %7d %7.1f\n",
		name, r.packages, r.passed+r.failed+r.skipped, r.failed, r.skipped, r.elapsed.Seconds())
}
