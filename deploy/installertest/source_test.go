package installertest_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Sourced, a script must leave the shell as it was: options, folder, traps, variables
// and functions, and it must go on after a failure.
const sourced = `
before=$(set +o; trap; pwd; typeset -f | cksum)
. %s %s
code=$?
after=$(set +o; trap; pwd; typeset -f | cksum)
[ "$before" = "$after" ] || { echo "the shell is another"; exit 3; }
[ -z "${CONTEXT:-}${WORK:-}${TAG:-}${HERE:-}" ] || { echo "variables are left"; exit 3; }
echo "still here, code $code"
`

func TestSourcedItLeavesTheShellAsItIs(t *testing.T) {
	t.Parallel()
	path, err := filepath.Abs("../../installer/local-install-infra-and-app.sh")
	require.NoError(t, err)
	for _, shell := range []string{"bash", "zsh"} {
		for name, c := range map[string]struct {
			words, fail string
			code        int
		}{
			"success":       {words: tag + " --cluster lab --limit 3"},
			"failure":       {words: tag + " --cluster lab --limit 3", fail: "upgrade --install dailyfeed ", code: 1},
			"wrong words":   {words: "--what", code: 2},
			"wrong context": {words: tag + " --cluster nowhere", code: 1},
		} {
			t.Run(shell+" "+name, func(t *testing.T) {
				t.Parallel()
				m := newMachine(t)
				if c.fail != "" {
					m.put("fail", c.fail)
				}
				got := m.shell(shell, "-c", fmt.Sprintf(sourced, path, c.words))
				require.Zero(t, got.code, got.output)
				require.Contains(t, got.output, fmt.Sprintf("still here, code %d", c.code))
			})
		}
	}
}
