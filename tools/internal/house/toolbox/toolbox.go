// Package toolbox keeps the programs that the checks need, each at one version,
// in the workspace's bin folder.
package toolbox

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Tool is a Go program at one version.
type Tool struct {
	// Package is what `go install` builds.
	Package string
	// Version is the module's.
	Version string
}

// Linter is the program behind `make verify-lint` and `make verify-format`.
func Linter() Tool {
	return Tool{Package: "github.com/golangci/golangci-lint/v2/cmd/golangci-lint", Version: "v2.15.0"}
}

// All are the tools of this house. (buf is not among them: it cannot be built
// from the Go proxy, and proto-contracts/buf.sh has its version.)
func All() []Tool { return []Tool{Linter()} }

// Name is the program's name.
func (t Tool) Name() string { return path.Base(t.Package) }

// Ensure returns where the tool is: in bin, or anywhere on PATH at the same
// version; where it is not, it is built into bin. That takes minutes for a
// linter, so log is told first.
func Ensure(ctx context.Context, w *workspace.Workspace, t Tool, log func(string)) (string, error) {
	own := filepath.Join(w.Root, "bin", t.Name())
	if t.is(own) {
		return own, nil
	}
	if found, err := exec.LookPath(t.Name()); err == nil && t.is(found) {
		return found, nil
	}
	log(fmt.Sprintf("building %s %s into bin (once; a few minutes)", t.Name(), t.Version))
	install := workspace.Command{
		Env:   []string{"GOBIN=" + filepath.Dir(own), workspace.Alone},
		Words: []string{"go", "install", t.Package + "@" + t.Version},
	}
	if _, err := w.Run(ctx, install); err != nil {
		return "", fmt.Errorf("install %s: %w", t.Name(), err)
	}
	if !t.is(own) {
		return "", fmt.Errorf("install %s: %w", t.Name(), errOtherVersion)
	}
	return own, nil
}

var errOtherVersion = errors.New("what was built says another version")

// is reads the version from the program's own build information.
func (t Tool) is(program string) bool {
	if info, err := os.Stat(program); err != nil || info.IsDir() {
		return false
	}
	info, err := buildinfo.ReadFile(program)
	return err == nil && info.Path == t.Package && info.Main.Version == t.Version
}
