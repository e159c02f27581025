package testrun

import (
	"slices"
	"strings"
	"time"
)

// event is a line of `go test -json`; see `go doc test2json` and, for builds,
// `go help buildjson`.
type event struct {
	Action      string
	Package     string
	Test        string
	Elapsed     float64
	Output      string
	ImportPath  string
	FailedBuild string
}

// keptOutput bounds what is remembered of one test's output: its end.
const keptOutput = 16 << 10

// Test is one test that did not pass.
type Test struct {
	// Name is "" where the package failed outside of its tests.
	Name   string
	Output string
}

// Package is the outcome of one package. Of tests with subtests only the
// subtests count, unless the test failed by itself.
type Package struct {
	Path            string
	Passed          int
	Failed, Skipped []Test
	Elapsed         time.Duration
	Cached          bool
}

// Tests is how many ran or were skipped.
func (p Package) Tests() int { return p.Passed + len(p.Failed) + len(p.Skipped) }

// tally follows the events of one package.
type tally struct {
	path    string
	order   []string
	state   map[string]string // by test: run, pass, fail, skip
	output  map[string]*strings.Builder
	cached  bool
	elapsed float64
}

func newTally(path string) *tally {
	return &tally{path: path, state: map[string]string{}, output: map[string]*strings.Builder{}}
}

// take counts an event in and tells whether the package has ended with it.
func (t *tally) take(e event) bool {
	switch e.Action {
	case "run":
		t.order = append(t.order, e.Test)
		t.state[e.Test] = e.Action
	case "output":
		t.remember(e.Test, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.state[""] = e.Action
			t.elapsed = e.Elapsed
			return true
		}
		t.state[e.Test] = e.Action
		if e.Action == "pass" {
			delete(t.output, e.Test)
		}
	}
	return false
}

func (t *tally) remember(test, text string) {
	if test == "" && strings.HasPrefix(text, "ok ") && strings.Contains(text, "(cached)") {
		t.cached = true
	}
	kept := t.output[test]
	if kept == nil {
		kept = &strings.Builder{}
		t.output[test] = kept
	}
	kept.WriteString(text)
	if kept.Len() > 2*keptOutput {
		end := kept.String()[kept.Len()-keptOutput:]
		kept.Reset()
		kept.WriteString("… earlier output left out …\n" + end)
	}
}

// outcome sums the package up. ended is false when the run broke off: then what
// still ran has failed.
func (t *tally) outcome(ended bool) Package {
	p := Package{Path: t.path, Cached: t.cached, Elapsed: time.Duration(t.elapsed * float64(time.Second))}
	parents := t.parents()
	failedBelow := t.failedBelow()
	for _, name := range t.order {
		switch t.state[name] {
		case "pass":
			if !parents[name] {
				p.Passed++
			}
		case "skip":
			p.Skipped = append(p.Skipped, Test{Name: name, Output: t.text(name)})
		default: // "fail", and "run": it never ended
			if !failedBelow[name] {
				p.Failed = append(p.Failed, Test{Name: name, Output: t.text(name)})
			}
		}
	}
	if (t.state[""] == "fail" || !ended) && len(p.Failed) == 0 {
		p.Failed = append(p.Failed, Test{Output: t.text("")})
	}
	return p
}

// unendedShown bounds the names in a line of progress.
const unendedShown = 5

// unended are the first tests that have begun and not ended.
func (t *tally) unended() []string {
	var names []string
	for _, name := range t.order {
		if t.state[name] == "run" && len(names) < unendedShown {
			names = append(names, name)
		}
	}
	return names
}

// parents are the tests that have subtests.
func (t *tally) parents() map[string]bool {
	parents := map[string]bool{}
	for _, name := range t.order {
		for _, above := range ancestors(name) {
			parents[above] = true
		}
	}
	return parents
}

// failedBelow are the tests with a failed subtest.
func (t *tally) failedBelow() map[string]bool {
	below := map[string]bool{}
	for _, name := range t.order {
		if state := t.state[name]; state == "pass" || state == "skip" {
			continue
		}
		for _, above := range ancestors(name) {
			below[above] = true
		}
	}
	return below
}

func ancestors(name string) []string {
	var above []string
	for at := strings.LastIndexByte(name, '/'); at > 0; at = strings.LastIndexByte(name, '/') {
		name = name[:at]
		above = append(above, name)
	}
	return above
}

// text is what a failed test said, with what its parents said around it (a
// shared server's log, a panic).
func (t *tally) text(name string) string {
	var b strings.Builder
	for _, from := range slices.Backward(append([]string{name}, ancestors(name)...)) {
		if kept := t.output[from]; kept != nil {
			b.WriteString(kept.String())
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
