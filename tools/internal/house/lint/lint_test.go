package lint_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/lint"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// linter is a stand-in for golangci-lint that answers with a script: what is
// tested here is how its answers are read.
func linter(t *testing.T, script string) (*workspace.Workspace, string) {
	t.Helper()
	w := housetest.Workspace(t, map[string]string{
		"go.work":             "go 1.26.0\nuse ./support/a\n",
		"support/a/go.mod":    "module example.org/a\n",
		"support/a/linter.sh": script + "\n",
	})
	program, err := filepath.Abs("testdata/linter")
	require.NoError(t, err)
	return w, program
}

func TestFindingsAreCountedByLinter(t *testing.T) {
	t.Parallel()
	w, program := linter(t, `cat <<'X'
{"Issues":[{"FromLinter":"gci","Text":"order","Pos":{"Filename":"support/a/a.go","Line":3,"Column":2}},
{"FromLinter":"gci","Text":"order","Pos":{"Filename":"support/a/b.go","Line":1,"Column":1}}],"Report":{}}
X
exit 1`)
	result, err := lint.Module(t.Context(), w, w.Modules[0], program, false)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"gci": 2}, result.Linters)
	require.Equal(t, []string{"support/a/a.go:3:2: order (gci)", "support/a/b.go:1:1: order (gci)"}, housetest.Faults(result.Findings))
}

func TestTheRuleBookAndTheFixAreHandedOn(t *testing.T) {
	t.Parallel()
	w, program := linter(t, `printf '{"Issues":[{"FromLinter":"x","Text":"%s","Pos":{}}]}' "$*"; exit 1`)
	result, err := lint.Module(t.Context(), w, w.Modules[0], program, true)
	require.NoError(t, err)
	require.Contains(t, result.Findings[0].Fault, "run --config "+filepath.Join(w.Root, lint.Config))
	require.Contains(t, result.Findings[0].Fault, "--fix ./...")
}

func TestAModuleWithoutFilesHasNoFindings(t *testing.T) {
	t.Parallel()
	w, program := linter(t, "exit 5")
	result, err := lint.Module(t.Context(), w, w.Modules[0], program, false)
	require.NoError(t, err)
	require.Empty(t, result.Findings)
}

func TestALinterThatFailsIsAnError(t *testing.T) {
	t.Parallel()
	w, program := linter(t, "echo 'cannot read the rules' >&2; exit 3")
	_, err := lint.Module(t.Context(), w, w.Modules[0], program, false)
	require.ErrorIs(t, err, workspace.ErrCommand)
	require.ErrorContains(t, err, "cannot read the rules")
}

func TestAFailureWithoutFindingsIsNotSuccess(t *testing.T) {
	t.Parallel()
	w, program := linter(t, `echo '{"Issues":[]}'; exit 4`)
	_, err := lint.Module(t.Context(), w, w.Modules[0], program, false)
	require.ErrorIs(t, err, workspace.ErrCommand)
}
