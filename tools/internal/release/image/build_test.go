package image_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/image"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
)

// repository is a committed workspace with one service, which is as ours are: a
// binary of a module that is built alone and tells its stamp.
func repository(t *testing.T) string {
	t.Helper()
	root := housetest.Tree(t, map[string]string{
		"go.work":                "go 1.26.0\n\ntoolchain go1.26.8\n\nuse (\n\t./services/shop\n\t./support/process\n)\n",
		"support/process/go.mod": "module github.com/dailyfeed/dailyfeed/support/process\n\ngo 1.26.0\n",
		"support/process/process.go": `package process
import ("os"; "strconv"; "time")
var tag, commit, date = "", "", ""
func Main() {
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil { os.Exit(3) }
	_, err = os.Stat("/etc/ssl/certs/ca-certificates.crt")
	if err != nil { os.Exit(4) }
	if os.WriteFile("/x", nil, 0o600) == nil { os.Exit(5) }
	if os.WriteFile("/tmp/x", nil, 0o600) != nil { os.Exit(6) }
	os.Stdout.WriteString(tag + " " + commit + " " + date + " " + seoul.String() + " " + strconv.Itoa(os.Getuid()))
}
`,
		"services/shop/go.mod":           "module github.com/dailyfeed/dailyfeed/services/shop\n\ngo 1.26.0\n\nrequire github.com/dailyfeed/dailyfeed/support/process v0.0.0\n\nreplace github.com/dailyfeed/dailyfeed/support/process => ../../support/process\n",
		"services/shop/cmd/shop/main.go": "package main\n\nimport \"github.com/dailyfeed/dailyfeed/support/process\"\n\nfunc main() { process.Main() }\n",
	})
	git(t, root, "init", "-q", "-b", "main")
	git(t, root, "add", ".")
	git(t, root, "commit", "-q", "-m", "shop: open")
	return root
}

func git(t *testing.T, folder string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=x", "GIT_AUTHOR_EMAIL=x@example.org", "GIT_AUTHOR_DATE=2026-11-20T12:00:00+09:00",
		"GIT_COMMITTER_NAME=x", "GIT_COMMITTER_EMAIL=x@example.org", "GIT_COMMITTER_DATE=2026-11-20T12:00:00+09:00")
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, string(said))
}

func build(t *testing.T, root, cache string) image.Built {
	t.Helper()
	w, err := workspace.Open(root)
	require.NoError(t, err)
	commit, err := source.Resolve(t.Context(), w, "HEAD")
	require.NoError(t, err)
	built, err := image.Build(t.Context(), w, image.Stamp{Service: "shop", Tag: "main-20261120-0001", Commit: commit}, cache)
	require.NoError(t, err)
	return built
}

// archive is the bytes of what is saved, the second time from other folders.
func archive(t *testing.T, built image.Built) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dist", "shop.tar")
	require.NoError(t, image.Save(built.Index, built.Stamp, file))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return text
}

// One test, because building is slow: twice from nothing takes half a minute.
func TestTwoBuildsOfACommitAreTheSame(t *testing.T) {
	t.Parallel()
	first := repository(t)
	second := filepath.Join(t.TempDir(), "a longer name", "clone")
	git(t, first, "clone", "-q", first, second)
	housetest.Write(t, second, "services/shop/cmd/shop/uncommitted.go", "package main\n\nvar never = built\n")

	one, two := build(t, first, t.TempDir()), build(t, second, t.TempDir())

	require.Equal(t, parts(t, one), parts(t, two))
	require.Len(t, parts(t, one), len(image.Architectures()))
	require.True(t, bytes.Equal(archive(t, one), archive(t, two)))
	require.Equal(t, string(one.Bill), string(two.Bill))
	requireRuns(t, one)
}

func parts(t *testing.T, built image.Built) []image.Part {
	t.Helper()
	parts, err := image.Parts(built.Index)
	require.NoError(t, err)
	return parts
}

// requireRuns starts the image of this machine's architecture as a runtime does:
// its files are the root, and the process is User.
func requireRuns(t *testing.T, built image.Built) {
	t.Helper()
	root := unpack(t, one(t, built.Index, "amd64"))
	if os.Getuid() != 0 {
		t.Log("not started: another root needs root")
		return
	}
	cmd := exec.CommandContext(t.Context(), "/shop")
	cmd.Dir, cmd.Env = "/", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	said, err := cmd.Output()
	require.NoError(t, err)
	require.Equal(t, "main-20261120-0001 "+built.Stamp.Commit.ID[:12]+" 2026-11-20T03:00:00Z Asia/Seoul 65532", string(said))
}

func one(t *testing.T, index v1.ImageIndex, arch string) v1.Image {
	t.Helper()
	manifest, err := index.IndexManifest()
	require.NoError(t, err)
	for _, descriptor := range manifest.Manifests {
		if descriptor.Platform.Architecture == arch {
			img, err := index.Image(descriptor.Digest)
			require.NoError(t, err)
			return img
		}
	}
	require.Fail(t, "no "+arch)
	return nil
}

func unpack(t *testing.T, img v1.Image) string {
	t.Helper()
	folder := t.TempDir()
	// the way to it must be open to another user than the tests'
	require.NoError(t, os.Chmod(folder, 0o755))
	root, err := os.OpenRoot(folder)
	require.NoError(t, err)
	stream := mutate.Extract(img)
	require.NoError(t, source.Unpack(stream, root))
	require.NoError(t, stream.Close())
	require.NoError(t, root.Close())
	require.NoError(t, os.Chmod(filepath.Join(folder, "tmp"), os.ModeSticky|0o777))
	return folder
}
