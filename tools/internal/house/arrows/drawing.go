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

// Domain names a package that stands in its service's domain although its
// folder is not named like the service.
type Domain struct {
	Folder string
	Why    string
	Line   int
}

// Drawing is what arrows.txt says.
type Drawing struct {
	Edges   []Drawn
	Domains []Domain
}

// ErrDrawing is in the error of a drawing that cannot be read.
var ErrDrawing = errors.New(File + " is not readable")

var (
	edgeLine   = regexp.MustCompile(`^(\S+)\s+->\s+(\S+)(\s+\(test\))?\s+#\s*(\S.*)$`)
	domainLine = regexp.MustCompile(`^(\S+)\s+is\s+domain\s+#\s*(\S.*)$`)
)

// Read reads a drawing. Empty lines and lines that begin with # are comments;
// the others are
//
//	from -> to         # why
//	from -> to (test)  # why
//	folder is domain   # why
//
// All faults are reported at once.
func Read(r io.Reader) (Drawing, error) {
	var drawing Drawing
	var faults []error
	seen := map[Edge]int{}
	scanner := bufio.NewScanner(r)
	for number := 1; scanner.Scan(); number++ {
		text := strings.TrimSpace(scanner.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if parts := domainLine.FindStringSubmatch(text); parts != nil {
			drawing.Domains = append(drawing.Domains, Domain{Folder: parts[1], Why: parts[2], Line: number})
			continue
		}
		parts := edgeLine.FindStringSubmatch(text)
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
		drawing.Edges = append(drawing.Edges, d)
	}
	if err := scanner.Err(); err != nil {
		return Drawing{}, fmt.Errorf("read %s: %w", File, err)
	}
	return drawing, errors.Join(faults...)
}
