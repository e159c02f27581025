package workspace_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

func twoModules() map[string]string {
	return map[string]string{
		"go.work":          "go 1.26.0\n\ntoolchain go1.26.8\n\nuse (\n\t./support/b\n\t./support/a\n)\n",
		"support/a/go.mod": "module example.org/a\n\ngo 1.26.0\n",
		"support/a/a.go":   "package a\n",
		"support/b/go.mod": "module example.org/a/b\n\ngo 1.26.0\n",
		"support/b/b.go":   "package b\n\nimport _ \"strings\"\n",
	}
}

func TestOpenReadsModulesInOrder(t *testing.T) {
	t.Parallel()
	w := housetest.Workspace(t, twoModules())
	require.Equal(t, "1.26.0", w.Go)
	require.Equal(t, "go1.26.8", w.Toolchain)
	require.Len(t, w.Modules, 2)
	require.Equal(t, "support/a", w.Modules[0].Folder)
	require.Equal(t, "example.org/a/b", w.Modules[1].Path)
}

func TestOwnerIsTheLongestModulePath(t *testing.T) {
	t.Parallel()
	w := housetest.Workspace(t, twoModules())
	require.Equal(t, "support/b", w.Owner("example.org/a/b/c").Folder)
	require.Equal(t, "support/a", w.Owner("example.org/a/bc").Folder)
	require.Nil(t, w.Owner("example.org/ab"))
	require.Equal(t, "support/b/c", w.Short("example.org/a/b/c"))
	require.Equal(t, "fmt", w.Short("fmt"))
}

func TestFindLooksUpwards(t *testing.T) {
	t.Parallel()
	root := housetest.Tree(t, twoModules())
	w, err := workspace.Find(filepath.Join(root, "support", "a"))
	require.NoError(t, err)
	require.Equal(t, root, w.Root)
}

func TestFindOutsideOfAWorkspace(t *testing.T) {
	t.Parallel()
	_, err := workspace.Find(t.TempDir())
	require.ErrorIs(t, err, workspace.ErrNoWorkspace)
}

func TestListTellsImportsOfAllModules(t *testing.T) {
	t.Parallel()
	w := housetest.Workspace(t, twoModules())
	packages, err := w.List(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, packages, 2)
	require.Equal(t, []string{"strings"}, packages[1].Imports)

	packages, err = w.List(t.Context(), []string{"./support/b/"})
	require.NoError(t, err)
	require.Len(t, packages, 1)

	packages, err = w.List(t.Context(), []string{"support"})
	require.NoError(t, err)
	require.Len(t, packages, 2)

	_, err = w.List(t.Context(), []string{"services"})
	require.ErrorIs(t, err, workspace.ErrNoModule)
}

func TestRunTellsABadEndFromAnEndedContext(t *testing.T) {
	t.Parallel()
	w := housetest.Workspace(t, twoModules())
	bad := workspace.Command{Words: []string{"go", "nonsense"}}
	_, err := w.Run(t.Context(), bad)
	require.ErrorIs(t, err, workspace.ErrCommand)
	require.ErrorContains(t, err, "nonsense")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = w.Run(ended, bad)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, workspace.ErrCommand)
}
