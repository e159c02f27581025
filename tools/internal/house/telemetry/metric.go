package telemetry

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Metric is one metric as the code makes it.
type Metric struct {
	Name, Kind, Help string
	Labels           []string
	// Module is the folder of the module that makes it.
	Module string
	// Place is where.
	Place string
}

// Unit is what the name says of it, as Prometheus wants names to do.
func (m Metric) Unit() string {
	name := strings.TrimSuffix(m.Name, "_total")
	for _, unit := range []string{"seconds", "bytes", "ratio"} {
		if strings.HasSuffix(name, "_"+unit) {
			return unit
		}
	}
	return "count"
}

// Scan finds the metrics of services and support modules and those of the
// operator's audit, sorted by name, and what keeps it from reading one.
func Scan(w *workspace.Workspace) ([]Metric, []workspace.Finding, error) {
	s := &scanner{files: token.NewFileSet(), root: w.Root}
	for _, folder := range []string{"services", "support", "tools/pipeline"} {
		err := filepath.WalkDir(filepath.Join(w.Root, folder), s.visit)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("read metrics: %w", err)
		}
	}
	slices.SortFunc(s.metrics, func(a, b Metric) int {
		return strings.Compare(a.Name+" "+a.Module, b.Name+" "+b.Module)
	})
	return s.metrics, s.findings, nil
}

type scanner struct {
	files    *token.FileSet
	root     string
	metrics  []Metric
	findings []workspace.Finding
}

func (s *scanner) visit(name string, entry fs.DirEntry, err error) error {
	if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
		return err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !strings.Contains(string(text), "client_golang/prometheus") {
		return nil
	}
	file, err := parser.ParseFile(s.files, name, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	relative, err := filepath.Rel(s.root, name)
	if err != nil {
		return err
	}
	s.read(file, filepath.ToSlash(relative))
	return nil
}

// read finds calls like prometheus.NewCounterVec(prometheus.CounterOpts{…}, …).
func (s *scanner) read(file *ast.File, name string) {
	ast.Inspect(file, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		constructor, ok := selected(call.Fun, "prometheus")
		options, isOptions := call.Args[0].(*ast.CompositeLit)
		if !ok || !isOptions || !strings.HasPrefix(constructor, "New") {
			return true
		}
		kind, ok := selected(options.Type, "prometheus")
		if !ok || !strings.HasSuffix(kind, "Opts") {
			return true
		}
		s.add(Metric{
			Kind:   strings.ToLower(strings.TrimSuffix(kind, "Opts")),
			Module: moduleOf(name), Place: fmt.Sprintf("%s:%d", name, s.files.Position(call.Pos()).Line),
		}, options, call.Args[1:])
		return true
	})
}

func (s *scanner) add(m Metric, options *ast.CompositeLit, rest []ast.Expr) {
	for _, element := range options.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, _ := pair.Key.(*ast.Ident)
		switch {
		case key == nil:
		case key.Name == "Name":
			m.Name = literal(pair.Value)
		case key.Name == "Help":
			m.Help = literal(pair.Value)
		case key.Name == "ConstLabels":
			m.Labels = append(m.Labels, keysOf(pair.Value)...)
		}
	}
	for _, argument := range rest {
		m.Labels = append(m.Labels, wordsOf(argument)...)
	}
	if m.Name == "" || m.Help == "" {
		s.findings = append(s.findings, workspace.Finding{Place: m.Place, Fault: "the metric's name and help are no literals, and so not in the reference"})
		return
	}
	s.metrics = append(s.metrics, m)
}

// moduleOf is the first two folders of a file's name.
func moduleOf(name string) string {
	parts := strings.SplitN(name, "/", 3)
	return path.Join(parts[:min(2, len(parts))]...)
}

func selected(e ast.Expr, from string) (string, bool) {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	x, ok := s.X.(*ast.Ident)
	return s.Sel.Name, ok && x.Name == from
}

// literal is the text of a string, also of several that are added.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return ""
		}
		return text
	case *ast.BinaryExpr:
		left, right := literal(e.X), literal(e.Y)
		if left == "" || right == "" {
			return ""
		}
		return left + right
	default:
		return ""
	}
}

// keysOf are the keys of prometheus.Labels{…}. A variable's are not seen; the
// only one, of the consumer's group, is named here.
func keysOf(e ast.Expr) (keys []string) {
	labels, ok := e.(*ast.CompositeLit)
	if !ok {
		return []string{"group"}
	}
	for _, element := range labels.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			keys = append(keys, literal(pair.Key))
		}
	}
	return keys
}

// wordsOf are the words of []string{…}.
func wordsOf(e ast.Expr) (words []string) {
	list, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	for _, element := range list.Elts {
		words = append(words, literal(element))
	}
	return words
}
