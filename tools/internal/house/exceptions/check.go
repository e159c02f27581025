// Package exceptions holds what is taken out of the security checks to a reason and
// a date: what was true of code once need not be true of it a year later.
//
// An exception is a line of a Go file that tells golangci-lint to let gosec's
// findings pass, or a line of .golangci.yml that excludes one of its rules. Each
// ends with its date in parentheses, such as "// 1 to 4 (2026-11-21)".
package exceptions

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Lasts is how long an exception holds until somebody looks at it again.
const Lasts = 366 * 24 * time.Hour

// Settings are the linter's.
const Settings = ".golangci.yml"

var (
	inCode     = regexp.MustCompile(`//nolint:(\w+,)*gosec\b`)
	inSettings = regexp.MustCompile(`^\s*- G\d+\b|linters: \[.*\bgosec\b`)
	dated      = regexp.MustCompile(`(?://|#) [^(\s].* \((\d{4}-\d\d-\d\d)\)$`)
)

// Check looks at every Go file of the tree and at the linter's settings, and
// counts the exceptions.
func Check(ctx context.Context, w *workspace.Workspace, now time.Time) (count int, findings []workspace.Finding, err error) {
	names, err := w.Files(ctx)
	if err != nil {
		return 0, nil, err
	}
	for _, name := range names {
		form := inCode
		switch {
		case name == Settings:
			form = inSettings
		case path.Ext(name) != ".go", strings.HasSuffix(name, "_test.go"): // gosec does not look at tests
			continue
		}
		text, err := w.ReadFile(name)
		if err != nil {
			return 0, nil, err
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			if !form.MatchString(line) {
				continue
			}
			count++
			if fault := judge(strings.TrimSpace(line), now); fault != "" {
				findings = append(findings, workspace.Finding{Place: fmt.Sprintf("%s:%d", name, number), Fault: fault})
			}
		}
	}
	return count, findings, nil
}

// judge says what is wrong with an exception's line, "" for nothing.
func judge(line string, now time.Time) string {
	m := dated.FindStringSubmatch(line)
	if m == nil {
		return "the exception does not end with a reason and its date (yyyy-mm-dd)"
	}
	since, err := time.Parse(time.DateOnly, m[1])
	switch {
	case err != nil:
		return fmt.Sprintf("%q is no date", m[1])
	case now.Before(since):
		return fmt.Sprintf("the exception's date, %s, is to come", m[1])
	case now.Sub(since) >= Lasts:
		return fmt.Sprintf("the exception of %s is older than a year: see whether it still holds", m[1])
	}
	return ""
}
