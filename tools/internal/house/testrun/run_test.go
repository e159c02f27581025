package testrun_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/testrun"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// tests is a workspace of one module whose package has these test functions.
func tests(t *testing.T, body string) *workspace.Workspace {
	t.Helper()
	return housetest.Workspace(t, map[string]string{
		"go.work":               "go 1.26.0\nuse ./support/a\n",
		"support/a/go.mod":      "module example.org/a\n\ngo 1.26.0\n",
		"support/a/a_test.go":   "package a\n\nimport \"testing\"\n\n" + body,
		"support/a/b/b.go":      "// Package b has no tests.\npackage b\n",
		"support/a/c/c.go":      "package c\n",
		"support/a/c/c_test.go": "package c\n\nimport \"testing\"\n\nfunc TestC(*testing.T) {}\n",
	})
}

func run(ctx context.Context, t *testing.T, w *workspace.Workspace) (testrun.Report, string) {
	t.Helper()
	var progress strings.Builder
	report, err := testrun.Run(ctx, w, testrun.Options{Kinds: testrun.Kinds(), Out: &progress})
	require.NoError(t, err)
	return report, progress.String()
}

func summary(report testrun.Report, skipsFail bool) string {
	var b strings.Builder
	report.Print(&b, time.Second, skipsFail)
	return b.String()
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestRunSumsUpPassingTests(t *testing.T) {
	t.Parallel()
	report, progress := run(t.Context(), t, tests(t, "func TestA(*testing.T) {}\n"))
	require.True(t, report.Good(true))
	require.Contains(t, progress, "== unit: 2 packages")
	require.Contains(t, progress, "support/a/c")
	require.Equal(t, "2 passed, 0 failed, 0 skipped", lastLine(summary(report, true)))
}

func TestRunShowsFailuresAndHowToRunThemAgain(t *testing.T) {
	t.Parallel()
	report, progress := run(t.Context(), t, tests(t, `func TestA(t *testing.T) { t.Run("x (y)", func(t *testing.T) { t.Fatal("boom") }) }`))
	require.False(t, report.Good(false))
	require.Contains(t, progress, "boom")
	text := summary(report, false)
	require.Contains(t, text, `next: go test -race -run '^TestA$/^x_\(y\)$' ./support/a`)
	require.Equal(t, "1 passed, 1 failed, 0 skipped", lastLine(text))
	require.NotContains(t, text, "fault:", "the exit code of go test is not a second failure")
}

func TestASkipIsAFailureOnlyInCI(t *testing.T) {
	t.Parallel()
	report, progress := run(t.Context(), t, tests(t, "func TestA(t *testing.T) { t.Skip(\"no server here\") }\n"))
	require.Contains(t, progress, "no server here")
	require.True(t, report.Good(false))
	require.False(t, report.Good(true))
	require.Contains(t, summary(report, true), "fault: tests were skipped")
	require.Equal(t, "1 passed, 0 failed, 1 skipped", lastLine(summary(report, true)))
}

func TestABrokenPackageFailsTheRun(t *testing.T) {
	t.Parallel()
	report, progress := run(t.Context(), t, tests(t, "func TestA(t *testing.T) { undefined() }\n"))
	require.False(t, report.Good(false))
	require.Contains(t, progress, "undefined: undefined")
	require.Equal(t, "1 passed, 1 failed, 0 skipped", lastLine(summary(report, false)))
}

func TestARunThatIsInterruptedHasFailed(t *testing.T) {
	t.Parallel()
	w := tests(t, "func TestA(t *testing.T) { println(\"hangs\"); select {} }\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	output, input := io.Pipe()
	done := make(chan testrun.Report, 1)
	go func() {
		report, _ := testrun.Run(ctx, w, testrun.Options{Kinds: testrun.Kinds(), Out: input})
		done <- report
	}()
	// support/a/c has passed: the run is under way
	seen := make([]byte, 0, 1024)
	for !strings.Contains(string(seen), "support/a/c") {
		chunk := make([]byte, 256)
		n, err := output.Read(chunk)
		require.NoError(t, err)
		seen = append(seen, chunk[:n]...)
	}
	cancel()
	go func() { _, _ = io.Copy(io.Discard, output) }()
	select {
	case report := <-done:
		require.False(t, report.Good(false))
		require.Len(t, report.Faults, 1)
		require.ErrorIs(t, report.Faults[0], context.Canceled)
	case <-time.After(time.Minute):
		require.Fail(t, "the run did not end")
	}
}

func TestARunWithoutTestsProvesNothing(t *testing.T) {
	t.Parallel()
	require.False(t, (&testrun.Report{}).Good(false))
	require.Contains(t, summary(testrun.Report{}, false), "fault: no test ran")
}
