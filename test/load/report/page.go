package report

import (
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

// The plot of latencies has the percentile on a scale on which each nine takes
// as much room, as HDR plots have it, and a logarithmic scale of milliseconds.
const (
	plotWidth, plotHeight = 720.0, 300.0
	mostNines             = 4.0
	leastMs, mostMs       = 0.1, 10_000.0
)

var page = template.Must(template.New("report").Parse(`<!doctype html><meta charset="utf-8"><title>{{.Report.Title}}</title>
<style>body{font:14px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
pre{background:#f5f6f8;padding:1rem;overflow:auto;font-size:12px}svg{background:#fff;border:1px solid #dde1e6}
.fault{color:#a40e26}table{border-collapse:collapse}td,th{padding:.2rem .8rem;border-bottom:1px solid #e5e8eb;text-align:left}</style>
<h1>{{.Report.Title}}</h1><p>{{.Report.Began.UTC.Format "2006-01-02 15:04 MST"}}</p>
<ul>{{range .Report.About}}<li>{{.}}</li>{{end}}</ul>
{{range .Report.Faults}}<p class="fault">{{.}}</p>{{end}}
<h2>Ratios and measures</h2>{{.Bars}}<pre>{{range .Report.Figures}}{{.Line}}
{{end}}</pre>
<h2>Latency from the intended start</h2>{{.Plot}}
<table><tr><th>run<th>answered/s<th>p50<th>p99<th>p99.9<th>failed<th>generator CPU</tr>
{{range .Rows}}<tr>{{range .}}<td>{{.}}{{end}}</tr>{{end}}</table>`))

// WriteHTML writes the report as one self-contained page.
func (r *Report) WriteHTML(w io.Writer) error {
	var rows [][]string
	for _, c := range r.Curves {
		rows = append(rows, []string{
			c.Name, fmt.Sprintf("%.0f", c.Rate()), ms(c.Quantile(50)), ms(c.Quantile(99)), ms(c.Quantile(99.9)), //nolint:mnd // percents
			fmt.Sprint(c.Failed), c.OwnCPU.String(),
		})
	}
	err := page.Execute(w, map[string]any{"Report": r, "Rows": rows, "Plot": r.plot(), "Bars": r.bars()})
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// colour spreads hues as far as n lines need.
func colour(i, n int) string { return fmt.Sprintf("hsl(%d 70%% 40%%)", i*360/max(n, 1)) } //nolint:mnd // degrees

func plotX(percent float64) float64 {
	nines := min(-math.Log10(max(1-percent/100, 1e-9)), mostNines) //nolint:mnd // percents
	return nines / mostNines * plotWidth
}

func plotY(ms float64) float64 {
	share := math.Log(min(max(ms, leastMs), mostMs)/leastMs) / math.Log(mostMs/leastMs)
	return plotHeight * (1 - share)
}

func (r *Report) plot() template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="-60 -10 %g %g" width="100%%">`, plotWidth+80, plotHeight+40+18*float64(len(r.Curves))) //nolint:mnd // margins
	for _, value := range []float64{0.1, 1, 10, 100, 1000, 10_000} {
		fmt.Fprintf(&b, `<line x1="0" x2="%g" y1="%g" y2="%g" stroke="#e5e8eb"/><text x="-6" y="%g" text-anchor="end" font-size="11">%g ms</text>`,
			plotWidth, plotY(value), plotY(value), plotY(value)+4, value) //nolint:mnd // half a letter
	}
	for _, percent := range []float64{0, 90, 99, 99.9, 99.99} {
		fmt.Fprintf(&b, `<text x="%g" y="%g" text-anchor="middle" font-size="11">p%g</text>`, plotX(percent), plotHeight+16, percent) //nolint:mnd // a line
	}
	for i, c := range r.Curves {
		var points strings.Builder
		for nines := 0.0; nines <= mostNines; nines += 0.05 {
			percent := 100 * (1 - math.Pow(10, -nines))                                                                 //nolint:mnd // percents
			fmt.Fprintf(&points, "%.1f,%.1f ", plotX(percent), plotY(float64(c.Quantile(percent).Microseconds())/1000)) //nolint:mnd // µs to ms
		}
		y := plotHeight + 40 + 18*float64(i) //nolint:mnd // a line of the legend
		fmt.Fprintf(&b, `<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/><rect x="0" y="%g" width="12" height="3" fill="%s"/><text x="18" y="%g" font-size="12">%s</text>`,
			colour(i, len(r.Curves)), points.String(), y-5, colour(i, len(r.Curves)), y, template.HTMLEscapeString(c.Name))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers, and names that are escaped (2026-11-21)
}

// bars shows each ratio beside what it may be.
func (r *Report) bars() template.HTML {
	const row, scale = 22, 120.0
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %d" width="100%%">`, plotWidth+80, row*(len(r.Figures)+1)) //nolint:mnd // a margin
	y := 4
	for _, f := range r.Figures {
		if len(f.Control) == 0 {
			continue
		}
		ratio, fill := Median(f.Values()), "#2c7be5"
		if !f.IsKept() {
			fill = "#a40e26"
		}
		fmt.Fprintf(&b, `<text x="0" y="%d" font-size="12">%s</text><rect x="330" y="%d" width="%g" height="12" fill="%s"/><text x="%g" y="%d" font-size="11">%s</text>`,
			y+11, template.HTMLEscapeString(f.Name), y, min(ratio, 3)*scale, fill, 336+min(ratio, 3)*scale, y+11, number(ratio)) //nolint:mnd // beside the bar
		if f.Promise > 0 {
			fmt.Fprintf(&b, `<line x1="%g" x2="%g" y1="%d" y2="%d" stroke="#1b1f24" stroke-dasharray="3"/>`, 330+f.Promise*scale, 330+f.Promise*scale, y-3, y+15) //nolint:mnd // around the bar
		}
		y += row
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers, and names that are escaped (2026-11-21)
}
