package workflow_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// called runs .ci/kind with programs that write down how they were called, and
// fail where their words contain failing.
func called(t *testing.T, failing string, words ...string) ([]string, error) {
	t.Helper()
	folder := t.TempDir()
	bin, log := filepath.Join(folder, "bin"), filepath.Join(folder, "log")
	require.NoError(t, os.Mkdir(bin, 0o755))
	fake := "#!/bin/sh\necho \"${0##*/} $*\" >> " + log + "\ncase \"${0##*/} $*\" in *'" + failing + "'*) exit 1 ;; esac\n" +
		"if [ \"$1\" = env ]; then echo " + folder + "; fi\n"
	for _, name := range []string{"sudo", "go", "kubectl", "kind"} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte(fake), 0o755))
	}
	script, err := filepath.Abs(root + "/.ci/kind")
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), script, words...)
	command.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	runErr := command.Run()
	text, err := os.ReadFile(log)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, runErr
	}
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(text)), "\n"), runErr
}

func TestTheStoresAreInstalledAndNotStarted(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"never", "purge"} { // a runner without MySQL is as good
		lines, err := called(t, failing, "servers")
		require.NoError(t, err)
		require.Len(t, lines, 4)
		require.Contains(t, lines[2], "install -y -q --no-install-recommends mariadb-server redis-server")
		require.Equal(t, "sudo systemctl stop mariadb redis-server", lines[3])
	}
	_, err := called(t, "apt-get install", "servers")
	require.Error(t, err)
}

func TestTheClusterIsMadeByThePinnedKind(t *testing.T) {
	t.Parallel()
	lines, err := called(t, "never", "cluster")
	require.NoError(t, err)
	require.Regexp(t, `^go install sigs\.k8s\.io/kind@v\d+\.\d+\.\d+$`, lines[0])
	require.Contains(t, lines, "kind create cluster --name dailyfeed --config installer/kind.yaml --wait 180s")
	_, err = called(t, "go install", "cluster")
	require.Error(t, err)
}

func TestTheAutoscalersSourceMayReadUnsignedNodes(t *testing.T) {
	t.Parallel()
	lines, err := called(t, "never", "metrics")
	require.NoError(t, err)
	require.Len(t, lines, 2)
	require.Contains(t, lines[0], "kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/download/v")
	require.Contains(t, lines[1], "--kubelet-insecure-tls")
}

func TestWhatTheScriptDoesNotKnowIsRefused(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{nil, {"rm"}} {
		lines, err := called(t, "never", words...)
		require.Error(t, err)
		require.Empty(t, lines)
	}
}
