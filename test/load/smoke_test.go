// Package load_test runs the load harness as small as it can be: for its own sake
// and for what it compares (feeds and counters with the database), not for figures.
package load_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheHarnessRunsAllItsScenariosWithoutAFault(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	html := filepath.Join(folder, "report.html")
	bench := exec.CommandContext(t.Context(), "go", "run", "./load/cmd/bench", "-smoke", "-root", "..", "-dir", filepath.Join(folder, "fleet"), "-report", html)
	bench.Dir = ".." // of the module
	out, err := bench.CombinedOutput()
	t.Logf("%s", out)
	require.NoError(t, err)
	text, err := os.ReadFile(html)
	require.NoError(t, err)
	require.Contains(t, string(text), "feeds that equal the database")
}
