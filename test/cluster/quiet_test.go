//go:build cluster

package cluster_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// quiet waits until the machine is for us alone, where E2E_QUIET names a command that
// knows: it prints a line once it is, and ends with its input. What it returns ends
// the quiet.
func quiet(t *testing.T) (end func()) {
	t.Helper()
	words := os.Getenv("E2E_QUIET")
	if words == "" {
		return func() {}
	}
	command := exec.Command("bash", "-c", words)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	require.NoError(t, err)
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	said := bufio.NewReader(output)
	_, err = said.ReadString('\n')
	require.NoError(t, err)
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		require.NoError(t, input.Close())
		_, _ = io.Copy(io.Discard, said)
		require.NoError(t, command.Wait())
	}
	t.Cleanup(end)
	return end
}
