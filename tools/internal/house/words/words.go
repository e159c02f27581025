// Package words keeps words out of the tree that have no business in it: places
// on one machine, hosts that only a package client should know, and talk about
// how the work was organised.
package words

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Rule is one line of the list.
type Rule struct {
	Pattern *regexp.Regexp
	// Why is shown with each finding.
	Why string
	// Except are the files where the word may stand, as path.Match patterns.
	Except []string
}

// ErrList is in the error of a list that cannot be read.
var ErrList = errors.New("list of forbidden words is not readable")

// Read reads a list: `pattern  # why` or `pattern  # why; except file file`,
// comments begin with #. A pattern is a regular expression, matched without
// regard to case; written so that it does not match itself (`[w]ord`), it lets
// the list pass its own check.
func Read(text []byte) ([]Rule, error) {
	var rules []Rule
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; scanner.Scan(); number++ {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		expression, why, ok := strings.Cut(line, "  # ")
		if !ok {
			return nil, fmt.Errorf("%w: line %d has no reason after two spaces and #", ErrList, number)
		}
		pattern, err := regexp.Compile("(?i)" + strings.TrimSpace(expression))
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrList, number, err)
		}
		why, except, _ := strings.Cut(why, "; except ")
		rules = append(rules, Rule{Pattern: pattern, Why: strings.TrimSpace(why), Except: strings.Fields(except)})
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrList, err)
	}
	return rules, nil
}

// Check looks for the words in every text file of the tree, and in its name.
func Check(ctx context.Context, w *workspace.Workspace, rules []Rule) ([]workspace.Finding, error) {
	names, err := w.Files(ctx)
	if err != nil {
		return nil, err
	}
	var findings []workspace.Finding
	for _, name := range names {
		text, err := w.ReadFile(name)
		if err != nil {
			return nil, err
		}
		findings = append(findings, inFile(name, text, rules)...)
	}
	return findings, nil
}

// binaryProbe is how far into a file git looks for a zero byte.
const binaryProbe = 8000

func inFile(name string, text []byte, rules []Rule) []workspace.Finding {
	var findings []workspace.Finding
	for _, r := range rules {
		if r.Pattern.MatchString(name) && !r.allows(name) {
			findings = append(findings, workspace.Finding{Place: name, Fault: fmt.Sprintf("the name has a forbidden word: %s", r.Why)})
		}
	}
	if bytes.IndexByte(text[:min(len(text), binaryProbe)], 0) >= 0 {
		return findings
	}
	for _, r := range rules {
		if r.allows(name) {
			continue
		}
		for _, at := range r.Pattern.FindAllIndex(text, -1) {
			line := bytes.Count(text[:at[0]], []byte("\n")) + 1
			findings = append(findings, workspace.Finding{
				Place: fmt.Sprintf("%s:%d", name, line), Fault: fmt.Sprintf("%q: %s", text[at[0]:at[1]], r.Why),
			})
		}
	}
	return findings
}

func (r Rule) allows(name string) bool {
	return slices.ContainsFunc(r.Except, func(pattern string) bool {
		matched, err := path.Match(pattern, name)
		return err == nil && matched
	})
}
