package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASummaryStaysInItsTable(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	printSummary(&out, func(name string) string {
		if name == "GITHUB_REF_NAME" {
			return "hotfix/`x`|\n# y"
		}
		return strings.ToLower(name)
	})
	require.Equal(t, "| | |\n|---|---|\n| image | `image` |\n| tag | `tag` |\n| digest | `digest` |\n| latest | `latest` |\n"+
		"| actor | `github_actor` |\n| branch | `hotfix/_x___# y` |\n| commit | `github_sha` |\n", out.String())
}
