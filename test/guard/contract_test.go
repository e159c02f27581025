package guard_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// examples are how many requests the fuzzer makes up for each operation, beside
// those that cover the document's limits.
const examples = "8"

// fuzz holds a service to its document, by a fuzzer that others wrote.
func fuzz(t *testing.T, base, token string, options ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	words := append([]string{
		"run", base + "/openapi.json", "--url", base, "--header", "Authorization: Bearer " + token, "--header", "X-Internal-Token: " + secretsOf(t)["INTERNAL_TOKEN"],
		"--generation-deterministic", "--max-examples", examples, "--workers", "1", "--output-sanitize", "true", "--phases", "examples,coverage,fuzzing",
	}, options...)
	out, err := exec.CommandContext(ctx, filepath.Join("schemathesis", "schemathesis.sh"), words...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	summary := string(out)
	require.Contains(t, summary, " passed", "%s", out)
	for line := range strings.Lines(summary) {
		if strings.Contains(line, "generated") {
			t.Log(strings.TrimSpace(line))
		}
	}
}

// endings are the operations whose success ends the session that the fuzzer asks
// from: they come last, each from a session of its own.
var endings = []string{"logOut", "logOutEverywhere", "deactivateMember"}

func TestNoServiceLeavesItsDocument(t *testing.T) {
	t.Parallel()
	install := exec.CommandContext(t.Context(), filepath.Join("schemathesis", "schemathesis.sh"), "install")
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, d := range doors {
		t.Run(d.service, func(t *testing.T) {
			t.Parallel()
			base, me := stateOf(t).URLs[d.service], newAccount(t)
			if d.service != "member" {
				fuzz(t, base, me.token)
				return
			}
			var others []string
			for _, id := range endings {
				others = append(others, "--exclude-operation-id", id)
			}
			fuzz(t, base, me.token, others...)
			for _, id := range endings {
				fuzz(t, base, newAccount(t).token, "--include-operation-id", id)
			}
		})
	}
}
