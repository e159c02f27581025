// Package report keeps the figures of a run and shows them: on a terminal, and in
// one HTML file that needs nothing else.
package report

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/test/load/openloop"
)

// Figure is a measure of something, in pairs with that of a control where there
// is one: both sides of a pair ran right after each other.
type Figure struct {
	Name, Unit string
	// Ours and Control have a value for each pair; Control may be empty.
	Ours, Control []float64
	// Promise is the most that the ratio, or without a control the value, may
	// be; 0 promises nothing.
	Promise float64
	Note    string
}

// Values are the ratios of the pairs, or without a control the measures.
func (f Figure) Values() []float64 {
	if len(f.Control) == 0 {
		return f.Ours
	}
	ratios := make([]float64, 0, len(f.Ours))
	for i, ours := range f.Ours {
		if i < len(f.Control) && f.Control[i] > 0 {
			ratios = append(ratios, ours/f.Control[i])
		}
	}
	return ratios
}

// Median of values; 0 of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2 //nolint:mnd // the middle
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2 //nolint:mnd // the mean of two
}

// IsKept says whether the median keeps the promise.
func (f Figure) IsKept() bool { return f.Promise == 0 || Median(f.Values()) <= f.Promise }

// Line is a row of the report's table.
func (f Figure) Line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-44s %9s", f.Name, number(Median(f.Ours)))
	values := f.Values()
	if len(f.Control) > 0 {
		fmt.Fprintf(&b, " / %-9s %-4s = %-5s", number(Median(f.Control)), f.Unit, number(Median(values)))
	} else {
		fmt.Fprintf(&b, " %-24s", f.Unit)
	}
	if len(values) > 1 {
		fmt.Fprintf(&b, " (%s–%s, n=%d)", number(slices.Min(values)), number(slices.Max(values)), len(values))
	}
	if f.Promise > 0 {
		fmt.Fprintf(&b, "  ≤ %s %s", number(f.Promise), map[bool]string{true: "kept", false: "MISSED"}[f.IsKept()])
	}
	if f.Note != "" {
		b.WriteString("  " + f.Note)
	}
	return b.String()
}

func number(value float64) string {
	switch {
	case value >= 1000: //nolint:mnd // digits that mean something
		return fmt.Sprintf("%.0f", value)
	case value >= 10: //nolint:mnd // the same
		return fmt.Sprintf("%.1f", value)
	}
	return fmt.Sprintf("%.2f", value)
}

// Curve is the latencies of a run.
type Curve struct {
	Name string
	openloop.Outcome
}

// Report is everything that a run has found out.
type Report struct {
	Title   string
	Began   time.Time
	About   []string
	Figures []Figure
	Curves  []Curve
	// Faults are what may not be: a feed that differs from the database, a lost
	// like. A run with faults fails.
	Faults []string
	mu     sync.Mutex // of Faults
}

// Add takes a figure.
func (r *Report) Add(f Figure) { r.Figures = append(r.Figures, f) }

// Fault notes what may not be. It may be called by several at once.
func (r *Report) Fault(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

// Text is the report for a terminal.
func (r *Report) Text() string {
	var b strings.Builder
	b.WriteString(r.Title + "\n")
	for _, line := range r.About {
		b.WriteString("  " + line + "\n")
	}
	for _, f := range r.Figures {
		b.WriteString(f.Line() + "\n")
	}
	for _, c := range r.Curves {
		fmt.Fprintf(&b, "%-44s %7.0f/s  p50 %s  p90 %s  p99 %s  p99.9 %s  failed %d\n", c.Name, c.Rate(),
			ms(c.Quantile(50)), ms(c.Quantile(90)), ms(c.Quantile(99)), ms(c.Quantile(99.9)), c.Failed) //nolint:mnd // percents
	}
	for _, fault := range r.Faults {
		b.WriteString("FAULT: " + fault + "\n")
	}
	return b.String()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) } //nolint:mnd // µs to ms
