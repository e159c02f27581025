// Package arrows compares arrows.txt, the drawing of who may import whom, with
// the imports of the code.
package arrows

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// File is the drawing's name at the root of the workspace.
const File = "arrows.txt"

// Edge is one arrow. Ends are folders relative to the root: of modules
// ("support/kafka"), or of two packages of one service.
type Edge struct {
	From, To string
	// Test is true when only tests go this way.
	Test bool
}

// String is the edge as arrows.txt has it.
func (e Edge) String() string {
	if e.Test {
		return e.From + " -> " + e.To + " (test)"
	}
	return e.From + " -> " + e.To
}

// Drawn is an edge of arrows.txt.
type Drawn struct {
	Edge
	Why  string
	Line int
}

// ErrDrawing is in the error of a drawing that cannot be read.
var ErrDrawing = errors.New(File + " is not readable")

var line = regexp.MustCompile(`^(\S+)\s+->\s+(\S+)(\s+\(test\))?\s+#\s*(\S.*)$`)

// Read reads a drawing: a line per edge, `from -> to  # why` or
// `from -> to (test)  # why`; empty lines and lines that begin with # are
// comments. All faults are reported at once.
func Read(r io.Reader) ([]Drawn, error) {
	var drawn []Drawn
	var faults []error
	seen := map[Edge]int{}
	scanner := bufio.NewScanner(r)
	for number := 1; scanner.Scan(); number++ {
		text := strings.TrimSpace(scanner.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		parts := line.FindStringSubmatch(text)
		if parts == nil {
			faults = append(faults, fmt.Errorf("%w: line %d is not `from -> to  # why`: %s", ErrDrawing, number, text))
			continue
		}
		d := Drawn{Edge: Edge{From: parts[1], To: parts[2], Test: parts[3] != ""}, Why: parts[4], Line: number}
		if first := seen[d.Edge]; first != 0 {
			faults = append(faults, fmt.Errorf("%w: line %d repeats line %d", ErrDrawing, number, first))
			continue
		}
		seen[d.Edge] = number
		drawn = append(drawn, d)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", File, err)
	}
	return drawn, errors.Join(faults...)
}
