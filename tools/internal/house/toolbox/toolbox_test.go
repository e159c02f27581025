package toolbox_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/toolbox"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// bin is a workspace whose bin folder has a program of the package
// example.org/hello, built here and so at version "(devel)".
func bin(t *testing.T) *workspace.Workspace {
	t.Helper()
	w := housetest.Workspace(t, map[string]string{
		"go.work":       "go 1.26.0\nuse ./hello\n",
		"hello/go.mod":  "module example.org/hello\n\ngo 1.26.0\n",
		"hello/main.go": "package main\n\nfunc main() {}\n",
	})
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", filepath.Join("bin", "hello"), "./hello")
	build.Dir = w.Root
	require.NoError(t, build.Run())
	return w
}

func TestAToolOfTheRightVersionIsUsed(t *testing.T) {
	t.Parallel()
	w := bin(t)
	program, err := toolbox.Ensure(t.Context(), w, toolbox.Tool{Package: "example.org/hello", Version: "(devel)"}, func(string) {
		require.Fail(t, "nothing is to be built")
	})
	require.NoError(t, err)
	require.Equal(t, filepath.Join(w.Root, "bin", "hello"), program)
}

func TestAToolOfAnotherVersionIsBuiltAnew(t *testing.T) {
	t.Parallel()
	w := bin(t)
	var said string
	// no such version: what is tested is that the old program is not used
	_, err := toolbox.Ensure(t.Context(), w, toolbox.Tool{Package: "example.org/hello", Version: "not-a-version!"}, func(s string) { said = s })
	require.ErrorIs(t, err, workspace.ErrCommand)
	require.Contains(t, said, "building hello not-a-version!")
}

func TestToolsArePinned(t *testing.T) {
	t.Parallel()
	for _, tool := range toolbox.All() {
		require.Regexp(t, `^v\d+\.\d+\.\d+$`, tool.Version)
		require.NotEmpty(t, tool.Name())
	}
}
