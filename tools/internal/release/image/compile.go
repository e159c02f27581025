package image

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// stampPackage is the package whose variables the linker sets.
const stampPackage = "github.com/dailyfeed/dailyfeed/support/process"

// tags: time zones are in the binary, and gin's reader and writer of MessagePack,
// which nobody asks for and is 2 MB of activity's image, compressed, is not.
const tags = "timetzdata,nomsgpack"

// shownCommit is how much of a commit's hash --version shows.
const shownCommit = 12

// Compile builds a service's binary for one architecture into the file out.
// tree is the folder of an exported commit. The module is built alone, by its
// own go.mod and with the toolchain pinned there, so that neither a workspace
// nor this machine's settings have a say. cache is a folder for the compiler's
// work, "" for the usual one.
func Compile(ctx context.Context, tree *workspace.Workspace, s Stamp, arch, cache, out string) error {
	command := workspace.Command{
		Folder: "services/" + s.Service,
		Env: []string{
			workspace.Alone, "GOTOOLCHAIN=" + tree.Toolchain, "GOFLAGS=", "GOEXPERIMENT=", "GOFIPS140=off",
			"CGO_ENABLED=0", "GOOS=linux", "GOARCH=" + arch, "GOAMD64=v1", "GOARM64=v8.0",
		},
		Words: []string{
			"go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false",
			"-tags=" + tags, "-ldflags=" + s.linkerFlags(), "-o", out, "./cmd/" + s.Service,
		},
	}
	if cache != "" {
		command.Env = append(command.Env, "GOCACHE="+filepath.Clean(cache))
	}
	if _, err := tree.Run(ctx, command); err != nil {
		return fmt.Errorf("compile %s for %s: %w", s.Service, arch, err)
	}
	return nil
}

func (s Stamp) linkerFlags() string {
	commit := s.Commit.ID
	if len(commit) > shownCommit {
		commit = commit[:shownCommit]
	}
	flags := []string{
		"-s", "-w", "-buildid=",
		"-X", stampPackage + ".tag=" + s.Tag,
		"-X", stampPackage + ".commit=" + commit,
		"-X", stampPackage + ".date=" + s.Commit.At.Format(time.RFC3339),
	}
	return strings.Join(flags, " ")
}
