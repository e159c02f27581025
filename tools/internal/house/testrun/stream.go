package testrun

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// stream turns the output of `go test -json` into outcomes.
type stream struct {
	tallies map[string]*tally
	builds  map[string]*strings.Builder // what the compiler said, by import path
	ended   func(Package)
	loose   func(line string)
}

// read follows the output to its end and calls ended for every package, at
// last also for those that have not ended. Lines that are no events (from the
// linker, or from the program around go test) go to loose.
func read(r io.Reader, ended func(Package), loose func(line string)) error {
	s := stream{tallies: map[string]*tally{}, builds: map[string]*strings.Builder{}, ended: ended, loose: loose}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			s.line(line)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read output of go test: %w", err)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(s.tallies)) {
		ended(s.tallies[path].outcome(false))
	}
	return nil
}

func (s *stream) line(line []byte) {
	var e event
	if line[0] != '{' || json.Unmarshal(line, &e) != nil || e.Action == "" {
		s.loose(strings.TrimRight(string(line), "\n"))
		return
	}
	if e.Action == "build-output" {
		if s.builds[e.ImportPath] == nil {
			s.builds[e.ImportPath] = &strings.Builder{}
		}
		s.builds[e.ImportPath].WriteString(e.Output)
		return
	}
	if e.Package == "" {
		return
	}
	t := s.tallies[e.Package]
	if t == nil {
		t = newTally(e.Package)
		s.tallies[e.Package] = t
	}
	if e.FailedBuild != "" {
		t.remember("", s.said(e.FailedBuild))
	}
	if t.take(e) {
		delete(s.tallies, e.Package)
		s.ended(t.outcome(true))
	}
}

func (s *stream) said(importPath string) string {
	if b := s.builds[importPath]; b != nil {
		return b.String()
	}
	return ""
}
