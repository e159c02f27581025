package modules

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	"golang.org/x/mod/modfile"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// repairRounds bounds the to and fro of raising and tidying: raising a version
// may bring in a requirement that is newer than a neighbour's.
const repairRounds = 6

// Repair makes Check content and every module tidy. It returns the folders of
// the modules whose go.mod it wrote itself (tidying may have touched others).
// Versions are only ever raised.
func Repair(ctx context.Context, root string, log func(string)) ([]string, error) {
	touched := map[string]bool{}
	for round := range repairRounds {
		w, err := workspace.Open(root)
		if err != nil {
			return nil, err
		}
		changed, err := align(w)
		if err != nil {
			return nil, err
		}
		for _, folder := range changed {
			touched[folder] = true
		}
		if round > 0 && len(changed) == 0 {
			return slices.Sorted(maps.Keys(touched)), nil
		}
		log(fmt.Sprintf("round %d: %d go.mod files rewritten, tidying %d modules", round+1, len(changed), len(w.Modules)))
		if err := tidy(ctx, w); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("repair modules: versions did not settle in %d rounds", repairRounds)
}

// align rewrites the go.mod files that Check has something against.
func align(w *workspace.Workspace) ([]string, error) {
	newest := newestVersions(w)
	var changed []string
	for _, m := range w.Modules {
		if len(faultsOf(w, m, newest)) == 0 {
			continue
		}
		if err := alignModule(w, m, newest); err != nil {
			return nil, fmt.Errorf("repair %s: %w", m.ModName(), err)
		}
		changed = append(changed, m.Folder)
	}
	return changed, nil
}

func alignModule(w *workspace.Workspace, m *workspace.Module, newest map[string]string) error {
	f := m.File
	if err := f.AddGoStmt(w.Go); err != nil {
		return fmt.Errorf("set go line: %w", err)
	}
	if w.Toolchain == "" {
		f.DropToolchainStmt()
	} else if err := f.AddToolchainStmt(w.Toolchain); err != nil {
		return fmt.Errorf("set toolchain line: %w", err)
	}
	for _, r := range slices.Clone(f.Require) {
		if err := f.AddRequire(r.Mod.Path, wantedVersion(w, r.Mod, newest)); err != nil {
			return fmt.Errorf("require %s: %w", r.Mod.Path, err)
		}
	}
	if len(replaceFaults(w, m)) > 0 {
		if err := rewriteReplaces(w, m); err != nil {
			return err
		}
	}
	f.Cleanup()
	text, err := f.Format()
	if err != nil {
		return fmt.Errorf("format: %w", err)
	}
	return write(w.ModFile(m), text)
}

// rewriteReplaces drops the local replace lines and writes the wanted ones in
// order, as one block.
func rewriteReplaces(w *workspace.Workspace, m *workspace.Module) error {
	local := localReplaces(w, m)
	for _, r := range slices.Clone(m.File.Replace) {
		if _, ok := local[r.Old.Path]; !ok {
			continue
		}
		if err := m.File.DropReplace(r.Old.Path, r.Old.Version); err != nil {
			return fmt.Errorf("drop replace %s: %w", r.Old.Path, err)
		}
	}
	m.File.Cleanup()
	wanted := wantedReplaces(w, m)
	for _, modulePath := range slices.Sorted(maps.Keys(wanted)) {
		if err := m.File.AddReplace(modulePath, "", wanted[modulePath], ""); err != nil {
			return fmt.Errorf("replace %s: %w", modulePath, err)
		}
	}
	gatherReplaces(m.File)
	return nil
}

// gatherReplaces puts the single replace lines into one block before the first
// require, where it is in every go.mod of the house: what is ours is read first.
func gatherReplaces(f *modfile.File) {
	var lines []*modfile.Line
	rest := slices.DeleteFunc(slices.Clone(f.Syntax.Stmt), func(e modfile.Expr) bool {
		line, ok := e.(*modfile.Line)
		if !ok || verb(e) != "replace" {
			return false
		}
		lines = append(lines, line)
		return true
	})
	if len(lines) < 2 {
		return
	}
	for _, line := range lines {
		line.InBlock = true
		line.Token = line.Token[1:]
	}
	at := slices.IndexFunc(rest, func(e modfile.Expr) bool { return verb(e) == "require" })
	if at < 0 {
		at = len(rest)
	}
	block := &modfile.LineBlock{Token: []string{"replace"}, Line: lines}
	f.Syntax.Stmt = slices.Insert(rest, at, modfile.Expr(block))
}

func verb(e modfile.Expr) string {
	switch e := e.(type) {
	case *modfile.Line:
		return e.Token[0]
	case *modfile.LineBlock:
		return e.Token[0]
	default:
		return ""
	}
}

func tidy(ctx context.Context, w *workspace.Workspace) error {
	for _, m := range w.Modules {
		command := workspace.Command{Folder: m.Folder, Env: []string{workspace.Alone}, Words: []string{"go", "mod", "tidy"}}
		if _, err := w.Run(ctx, command); err != nil {
			return fmt.Errorf("tidy %s: %w", m.Folder, err)
		}
	}
	return nil
}

// write replaces a file in one step, and leaves an equal one alone.
func write(name string, text []byte) error {
	old, err := os.ReadFile(name)
	if err == nil && bytes.Equal(old, text) {
		return nil
	}
	temporary := name + ".new"
	if err := os.WriteFile(temporary, text, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(temporary, name); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
