package exceptions_test

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/exceptions"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

var today = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// found are the findings in a tree of one service with these files.
func found(t *testing.T, files map[string]string) (count int, findings []string) {
	t.Helper()
	files["go.work"] = "go 1.26.0\n\nuse ./services/shop\n"
	files["services/shop/go.mod"] = "module github.com/dailyfeed/dailyfeed/services/shop\n\ngo 1.26.0\n"
	root := housetest.Tree(t, files)
	said, err := exec.CommandContext(t.Context(), "git", "-C", root, "init", "-q").CombinedOutput()
	require.NoError(t, err, string(said))
	w, err := workspace.Open(root)
	require.NoError(t, err)
	count, faults, err := exceptions.Check(t.Context(), w, today)
	require.NoError(t, err)
	for _, f := range faults {
		findings = append(findings, f.String())
	}
	return count, findings
}

func TestAnExceptionInCodeHasAReasonAndADate(t *testing.T) {
	t.Parallel()
	const mark = "//nolint" // so that this file has none itself
	count, findings := found(t, map[string]string{"services/shop/shop.go": `package shop
var a = 1 ` + mark + `:gosec // the same each time (2026-11-21)
var b = 1 ` + mark + `:gosec // the same each time
var c = 1 ` + mark + `:mnd,gosec // (2026-11-21)
var d = 1 ` + mark + `:mnd // no date is needed here
var e = 1 ` + mark + `:gosec // tomorrow's (2026-11-22)
var f = 1 ` + mark + `:gosec // an old one (2025-11-20)
var g = 1 ` + mark + `:gosec // a young one (2025-11-22)
var h = 1 ` + mark + `:gosec // no day (2026-02-30)
`})
	require.Equal(t, 7, count)
	require.Equal(t, []string{
		"services/shop/shop.go:3: the exception does not end with a reason and its date (yyyy-mm-dd)",
		"services/shop/shop.go:4: the exception does not end with a reason and its date (yyyy-mm-dd)",
		"services/shop/shop.go:6: the exception's date, 2026-11-22, is to come",
		"services/shop/shop.go:7: the exception of 2025-11-20 is older than a year: see whether it still holds",
		`services/shop/shop.go:9: "2026-02-30" is no date`,
	}, findings)
}

func TestAnExceptionInTheSettingsHasADate(t *testing.T) {
	t.Parallel()
	count, findings := found(t, map[string]string{exceptions.Settings: `linters:
  enable:
    - gosec
  settings:
    gosec:
      excludes:
        - G104 # errcheck's (2026-11-21)
        - G115 # looked at elsewhere
  exclusions:
    rules:
      - path: x
        linters: [noctx, gosec] # nothing secret (2026-11-21)
      - path: y
        linters: [gosec]
      - path: z
        linters: [noctx]
`})
	require.Equal(t, 4, count)
	require.Len(t, findings, 2)
	require.Contains(t, findings[0], ".golangci.yml:8:")
	require.Contains(t, findings[1], ".golangci.yml:14:")
}
