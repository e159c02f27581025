package envtable

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// root is the struct that a service's settings hang on.
const root = "Config"

// ErrNoConfig is returned for a package without a struct named Config.
var ErrNoConfig = errors.New("no struct named " + root)

// source is one parsed package.
type source struct {
	structs map[string]structure
}

// structure is a struct with the imports of its file.
type structure struct {
	fields  []*ast.Field
	imports map[string]string // import path by the name used in the file
}

// reader collects variables across our packages.
type reader struct {
	workspace *workspace.Workspace
	sources   map[string]source // by folder relative to the root
}

// Variables reads the settings of the package in folder, in the order of their
// fields. Structs of our own modules are followed, embedded or as fields.
func Variables(w *workspace.Workspace, folder string) ([]Variable, error) {
	r := reader{workspace: w, sources: map[string]source{}}
	src, err := r.open(folder)
	if err != nil {
		return nil, err
	}
	if _, ok := src.structs[root]; !ok {
		return nil, fmt.Errorf("read settings of %s: %w", folder, ErrNoConfig)
	}
	return r.collect(folder, root, "")
}

func (r reader) collect(folder, name, prefix string) ([]Variable, error) {
	src, err := r.open(folder)
	if err != nil {
		return nil, err
	}
	s := src.structs[name]
	var variables []Variable
	for _, field := range s.fields {
		if v, ok := variableOf(field, prefix); ok {
			variables = append(variables, v)
			continue
		}
		inner, err := r.nested(folder, s, field, prefix)
		if err != nil {
			return nil, err
		}
		variables = append(variables, inner...)
	}
	return variables, nil
}

// nested follows a field that is a struct of ours; others have no variables.
func (r reader) nested(folder string, s structure, field *ast.Field, prefix string) ([]Variable, error) {
	pkg, name := typeName(field.Type)
	if name == "" {
		return nil, nil
	}
	if pkg != "" {
		owner := r.workspace.Owner(s.imports[pkg])
		if owner == nil {
			return nil, nil
		}
		folder = r.workspace.Short(s.imports[pkg])
	}
	src, err := r.open(folder)
	if err != nil {
		return nil, err
	}
	if _, ok := src.structs[name]; !ok {
		return nil, nil
	}
	return r.collect(folder, name, prefix+tagOf(field).Get("envPrefix"))
}

func (r reader) open(folder string) (source, error) {
	if src, ok := r.sources[folder]; ok {
		return src, nil
	}
	dir := filepath.Join(r.workspace.Root, filepath.FromSlash(folder))
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return source{}, fmt.Errorf("read settings of %s: %w", folder, err)
	}
	if len(names) == 0 {
		return source{}, fmt.Errorf("read settings of %s: %w", folder, os.ErrNotExist)
	}
	src := source{structs: map[string]structure{}}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return source{}, fmt.Errorf("read settings of %s: %w", folder, err)
		}
		src.take(file)
	}
	r.sources[folder] = src
	return src, nil
}

func (s source) take(file *ast.File) {
	imports := map[string]string{}
	for _, spec := range file.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser took it: cannot happen
		}
		name := path.Base(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = importPath
	}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if structType, ok := spec.Type.(*ast.StructType); ok {
			s.structs[spec.Name.Name] = structure{fields: structType.Fields.List, imports: imports}
		}
		return false
	})
}
