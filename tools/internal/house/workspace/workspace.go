// Package workspace knows the modules that go.work names, and runs the go
// command among them.
package workspace

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// File is the name of the file that makes a folder a workspace.
const File = "go.work"

// ErrNoWorkspace is returned where no folder upwards has a go.work.
var ErrNoWorkspace = errors.New("no " + File + " in this folder or above it")

var errNoModuleLine = errors.New("no module line")

// Workspace is go.work and what it names.
type Workspace struct {
	// Root is the absolute folder of go.work.
	Root string
	// Go and Toolchain are its lines, such as "1.26.0" and "go1.26.8".
	Go, Toolchain string
	// Modules in the order of their folders.
	Modules []*Module
}

// Module is one go.mod.
type Module struct {
	// Folder is relative to the root, with slashes: "support/kafka".
	Folder string
	// Path is the module path.
	Path string
	// File is the parsed go.mod.
	File *modfile.File
}

// Find opens the workspace that holds folder.
func Find(folder string) (*Workspace, error) {
	dir, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("find workspace of %s: %w", folder, err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, File)); err == nil {
			return Open(dir)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, fmt.Errorf("find workspace of %s: %w", folder, ErrNoWorkspace)
		}
		dir = parent
	}
}

// Open reads root's go.work and every go.mod that it names.
func Open(root string) (*Workspace, error) {
	name := filepath.Join(root, File)
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read workspace: %w", err)
	}
	work, err := modfile.ParseWork(name, text, nil)
	if err != nil {
		return nil, fmt.Errorf("parse workspace: %w", err)
	}
	w := &Workspace{Root: root}
	if work.Go != nil {
		w.Go = work.Go.Version
	}
	if work.Toolchain != nil {
		w.Toolchain = work.Toolchain.Name
	}
	for _, use := range work.Use {
		m, err := w.readModule(path.Clean(filepath.ToSlash(use.Path)))
		if err != nil {
			return nil, err
		}
		w.Modules = append(w.Modules, m)
	}
	slices.SortFunc(w.Modules, func(a, b *Module) int { return cmp.Compare(a.Folder, b.Folder) })
	return w, nil
}

func (w *Workspace) readModule(folder string) (*Module, error) {
	m := &Module{Folder: folder}
	text, err := os.ReadFile(w.ModFile(m))
	if err != nil {
		return nil, fmt.Errorf("read module %s: %w", folder, err)
	}
	m.File, err = modfile.Parse(m.ModName(), text, nil)
	if err != nil {
		return nil, fmt.Errorf("parse module: %w", err)
	}
	if m.File.Module == nil {
		return nil, fmt.Errorf("parse %s: %w", m.ModName(), errNoModuleLine)
	}
	m.Path = m.File.Module.Mod.Path
	return m, nil
}

// Dir is the absolute folder of m.
func (w *Workspace) Dir(m *Module) string { return filepath.Join(w.Root, filepath.FromSlash(m.Folder)) }

// ModFile is the absolute name of m's go.mod.
func (w *Workspace) ModFile(m *Module) string { return filepath.Join(w.Dir(m), "go.mod") }

// ModName is the name of m's go.mod relative to the root, for messages.
func (m *Module) ModName() string { return path.Join(m.Folder, "go.mod") }

// Owner is the module that holds an import path, nil for a foreign one.
func (w *Workspace) Owner(importPath string) *Module {
	var owner *Module
	for _, m := range w.Modules {
		if m.holds(importPath) && (owner == nil || len(m.Path) > len(owner.Path)) {
			owner = m
		}
	}
	return owner
}

func (m *Module) holds(importPath string) bool {
	return importPath == m.Path || strings.HasPrefix(importPath, m.Path+"/")
}

// Short is an import path as people say it here: relative to the root for our
// packages ("services/content/internal/app"), unchanged for foreign ones.
func (w *Workspace) Short(importPath string) string {
	if m := w.Owner(importPath); m != nil {
		return m.Folder + strings.TrimPrefix(importPath, m.Path)
	}
	return importPath
}

// ByPath is the module with that module path, nil when it is not ours.
func (w *Workspace) ByPath(modulePath string) *Module {
	for _, m := range w.Modules {
		if m.Path == modulePath {
			return m
		}
	}
	return nil
}

// FolderOf is the folder of the module that holds a file or package, both
// relative to the root; "" when no module does.
func (w *Workspace) FolderOf(name string) string {
	longest := ""
	for _, m := range w.Modules {
		if (name == m.Folder || strings.HasPrefix(name, m.Folder+"/")) && len(m.Folder) > len(longest) {
			longest = m.Folder
		}
	}
	return longest
}
