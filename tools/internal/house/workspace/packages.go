package workspace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
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

// List asks the go command about every package in the folders (relative to the
// root) and below them; no folders means every module. flags go before the
// patterns, such as "-test".
func (w *Workspace) List(ctx context.Context, folders []string, flags ...string) ([]Package, error) {
	words := append([]string{"go", "list", packageFields}, flags...)
	patterns, err := w.patterns(folders)
	if err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	words = append(words, patterns...)
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

// ErrNoModule is in the error for a folder that has nothing to do with any module.
var ErrNoModule = errors.New("no module there")

// patterns are the folders as the go command takes them. It refuses a folder
// above modules, such as "support": that stands for the modules below it.
func (w *Workspace) patterns(folders []string) ([]string, error) {
	if len(folders) == 0 {
		folders = []string{"."}
	}
	var patterns []string
	for _, folder := range folders {
		folder = path.Clean(folder)
		if w.FolderOf(folder) != "" {
			patterns = append(patterns, "./"+folder+"/...")
			continue
		}
		before := len(patterns)
		for _, m := range w.Modules {
			if folder == "." || strings.HasPrefix(m.Folder, folder+"/") {
				patterns = append(patterns, "./"+m.Folder+"/...")
			}
		}
		if len(patterns) == before {
			return nil, fmt.Errorf("%s: %w", folder, ErrNoModule)
		}
	}
	return patterns, nil
}
