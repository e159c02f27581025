package report_test

import (
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/load/openloop"
	"github.com/dailyfeed/dailyfeed/test/load/report"
)

func TestAFigureIsTheMedianOfItsPairs(t *testing.T) {
	t.Parallel()
	f := report.Figure{Name: "page", Unit: "µs", Ours: []float64{30, 10, 28}, Control: []float64{20, 10, 10}, Promise: 1.5}
	require.InDeltaSlice(t, []float64{1.5, 1, 2.8}, f.Values(), 1e-9)
	require.True(t, f.IsKept())
	require.Contains(t, f.Line(), "(1.00–2.80, n=3)  ≤ 1.50 kept")
	f.Promise = 1.4
	require.False(t, f.IsKept())
	require.Contains(t, f.Line(), "MISSED")
	require.InDelta(t, 2.5, report.Median([]float64{4, 1, 2, 3}), 1e-9)
	require.Zero(t, report.Median(nil))
}

func TestAReportIsOnePageThatNeedsNothingElse(t *testing.T) {
	t.Parallel()
	latency := hdrhistogram.New(1, 1_000_000, 3)
	require.NoError(t, latency.RecordValue(1500))
	r := &report.Report{Title: "run <1>", About: []string{"2 cores"}}
	r.Add(report.Figure{Name: "a & b", Ours: []float64{3}, Control: []float64{2}, Promise: 1})
	r.Curves = append(r.Curves, report.Curve{Name: "reads", Outcome: openloop.Outcome{Requests: 1, Elapsed: 1e9, Latency: latency}})
	r.Fault("feed of member %d differs", 7)
	var b strings.Builder
	require.NoError(t, r.WriteHTML(&b))
	for _, part := range []string{"run &lt;1&gt;", "a &amp; b", "<polyline", "feed of member 7 differs", "1.5 ms"} {
		require.Contains(t, b.String(), part)
	}
	require.NotContains(t, b.String(), "http", "no other file is fetched")
	require.Contains(t, r.Text(), "FAULT: feed of member 7 differs")
}
