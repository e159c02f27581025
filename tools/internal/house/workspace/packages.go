package workspace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Package is what `go list -json` tells about a package; the fields are named
// as there.
type Package struct {
	ImportPath   string
	Dir          string
	Name         string
	ForTest      string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
	GoFiles      []string
}

const packageFields = "-json=ImportPath,Dir,Name,ForTest,Imports,TestImports,XTestImports,Deps,GoFiles"

// List asks the go command about every package of every module. flags go
// before the patterns, such as "-test".
func (w *Workspace) List(ctx context.Context, flags ...string) ([]Package, error) {
	words := append([]string{"go", "list", packageFields}, flags...)
	for _, m := range w.Modules {
		words = append(words, "./"+m.Folder+"/...")
	}
	output, err := w.Run(ctx, Command{Words: words})
	if err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	var packages []Package
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		var p Package
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list packages: read answer: %w", err)
		}
		packages = append(packages, p)
	}
}
