// Package sizes measures Go files: none may be long, and their comments are
// counted. The lengths of functions and the names of packages are golangci-lint's
// to judge.
package sizes

import (
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

const (
	// MaxLines is how long a file may be.
	MaxLines = 350
	// MaxTestLines is how long a file of tests may be: cases are many, not deep.
	MaxTestLines = 600
)

// Measure is what was counted in one file, or in several.
type Measure struct {
	Files, Lines, Code, Comments int
}

// Add counts other in.
func (m *Measure) Add(other Measure) {
	m.Files += other.Files
	m.Lines += other.Lines
	m.Code += other.Code
	m.Comments += other.Comments
}

// Ratio is comment lines per line of code; 0 without code.
func (m Measure) Ratio() float64 {
	if m.Code == 0 {
		return 0
	}
	return float64(m.Comments) / float64(m.Code)
}

// Fault says what is wrong with the size of a file, "" when nothing is.
func (m Measure) Fault(name string) string {
	limit := MaxLines
	if strings.HasSuffix(name, "_test.go") {
		limit = MaxTestLines
	}
	if m.Lines <= limit {
		return ""
	}
	return fmt.Sprintf("%d lines, %d is the limit: split it by noun", m.Lines, limit)
}

var (
	generated     = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)
	packageClause = regexp.MustCompile(`(?m)^package `)
)

// Generated tells whether a program wrote the file, by the mark that Go tools
// agree on.
func Generated(text []byte) bool {
	if clause := packageClause.FindIndex(text); clause != nil {
		text = text[:clause[0]]
	}
	return generated.Match(text)
}

// File measures one Go file. A line with code and a comment is code.
func File(text []byte) Measure {
	const (
		code    = 1
		comment = 2
	)
	lines := map[int]int{}
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, scanner.ScanComments)
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			break
		}
		kind := code
		if tok == token.COMMENT {
			kind = comment
		}
		if tok == token.SEMICOLON && literal == "\n" {
			continue // set by the scanner, not by the writer
		}
		first := file.Line(pos)
		for line := first; line <= first+strings.Count(literal, "\n"); line++ {
			lines[line] |= kind
		}
	}
	m := Measure{Files: 1, Lines: strings.Count(string(text), "\n")}
	for _, kinds := range lines {
		if kinds&code != 0 {
			m.Code++
		} else {
			m.Comments++
		}
	}
	return m
}
