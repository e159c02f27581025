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
	"time"
)

// stream turns the output of `go test -json` into outcomes.
type stream struct {
	tallies map[string]*tally
	builds  map[string]*strings.Builder // what the compiler said, by import path
	ended   func(Package)
	loose   func(line string)
}

// pulse is how often a run that says nothing tells what it waits for.
const pulse = 30 * time.Second

// read follows the output to its end and calls ended for every package, at
// last also for those that have not ended. Lines that are no events (from the
// linker, or from the program around go test) go to loose, and so does a line
// about what is running when nothing else was said for a while.
func read(r io.Reader, ended func(Package), loose func(line string)) error {
	s := stream{tallies: map[string]*tally{}, builds: map[string]*strings.Builder{}, loose: loose}
	ticker := time.NewTicker(pulse)
	defer ticker.Stop()
	s.ended = func(p Package) {
		ticker.Reset(pulse)
		ended(p)
	}
	lines := make(chan []byte)
	failure := make(chan error, 1)
	go func() { failure <- readLines(r, lines) }()
	for open := true; open; {
		select {
		case line, more := <-lines:
			if open = more; more {
				s.line(line)
			}
		case <-ticker.C:
			loose("… running: " + s.running())
		}
	}
	for _, path := range slices.Sorted(maps.Keys(s.tallies)) {
		ended(s.tallies[path].outcome(false))
	}
	return <-failure
}

// readLines hands out the lines of r and closes the channel at the end.
func readLines(r io.Reader, lines chan<- []byte) error {
	defer close(lines)
	buffered := bufio.NewReader(r)
	for {
		line, err := buffered.ReadBytes('\n')
		if len(line) > 0 {
			lines <- line
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read output of go test: %w", err)
		}
	}
}

// running names the packages that have begun and not ended, with the tests that
// run in them.
func (s *stream) running() string {
	var packages []string
	for _, path := range slices.Sorted(maps.Keys(s.tallies)) {
		packages = append(packages, path+" "+strings.Join(s.tallies[path].unended(), " "))
	}
	if len(packages) == 0 {
		return "the compiler"
	}
	return strings.Join(packages, "; ")
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
