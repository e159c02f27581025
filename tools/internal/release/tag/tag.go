// Package tag names images. An automatic tag says which branch, which UTC day
// and which run made it; a manual one is what a person typed, as long as a
// registry takes it.
package tag

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Latest is the moving tag; only main moves it.
const Latest = "latest"

// Main is the branch whose images may become Latest.
const Main = "main"

// maxLength is the OCI distribution specification's limit.
const maxLength = 128

var (
	// ErrInvalid is in the error for what no registry takes as a tag.
	ErrInvalid = errors.New("not a tag: letters, digits, '_', '.' and '-', at most 128, not beginning with '.' or '-'")
	// ErrReserved is in the error for a manual tag that is not a person's to give.
	ErrReserved = errors.New("this tag is moved by builds of main only")
	// ErrBranch is in the error for a branch that is not built by itself.
	ErrBranch = errors.New("images are built by themselves only on main, develop, hotfix and hotfix/*")
	// ErrRun is in the error for a run number below 1.
	ErrRun = errors.New("a run number begins with 1")
)

// grammar is <reference> of the OCI distribution specification 1.1.
var grammar = regexp.MustCompile(`\A[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\z`)

// unusable is what a branch name may have and a tag may not.
var unusable = regexp.MustCompile(`[^A-Za-z0-9._-]`)

// Check is nil for a tag that a registry takes.
func Check(tag string) error {
	if !grammar.MatchString(tag) {
		return fmt.Errorf("tag %q: %w", tag, ErrInvalid)
	}
	return nil
}

// Manual is the tag that a person chose: checked, never changed.
func Manual(text string) (string, error) {
	if err := Check(text); err != nil {
		return "", err
	}
	if text == Latest {
		return "", fmt.Errorf("tag %q: %w", text, ErrReserved)
	}
	return text, nil
}

// Automatic is {branch}-{yyyyMMdd}-{build}: the UTC day of at, and run with at
// least four digits. What a tag cannot hold of a branch's name, '/' first of
// all, becomes '-'; a long name is cut so that day and build stay whole.
func Automatic(branch string, at time.Time, run int) (string, error) {
	if !Built(branch) {
		return "", fmt.Errorf("branch %q: %w", branch, ErrBranch)
	}
	if run < 1 {
		return "", fmt.Errorf("run %d: %w", run, ErrRun)
	}
	suffix := fmt.Sprintf("-%s-%04d", at.UTC().Format("20060102"), run)
	name := unusable.ReplaceAllString(branch, "-")
	if room := maxLength - len(suffix); len(name) > room {
		name = name[:room]
	}
	return name + suffix, Check(name + suffix)
}

// Built tells whether pushes to a branch make images.
func Built(branch string) bool {
	switch branch {
	case Main, "develop", "hotfix":
		return true
	default:
		below, ok := strings.CutPrefix(branch, "hotfix/")
		return ok && below != ""
	}
}
