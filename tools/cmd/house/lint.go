package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/lint"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/toolbox"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

func runLint(ctx context.Context, w *workspace.Workspace, args []string) error {
	var fix bool
	only, err := flags("lint", args, true, func(set *flag.FlagSet) { set.BoolVar(&fix, "fix", false, "repair what the linter can repair") })
	if err != nil {
		return err
	}
	began := time.Now()
	program, err := toolbox.Ensure(ctx, w, toolbox.Linter(), say)
	if err != nil {
		return err
	}
	var findings []workspace.Finding
	chosen := chosenModules(w, only)
	for _, m := range chosen {
		at := time.Now()
		result, err := lint.Module(ctx, w, m, program, fix)
		if err != nil {
			return err
		}
		fmt.Printf("%-5s %-26s %4d findings %6.1f s  %s\n", okOr("FAIL", len(result.Findings) == 0),
			m.Folder, len(result.Findings), time.Since(at).Seconds(), counts(result.Linters))
		findings = append(findings, result.Findings...)
	}
	return verdict("lint", fmt.Sprintf("%d modules", len(chosen)), "make fix-lint repairs some; a //nolint:name needs a reason behind //", began, findings)
}

// chosenModules are those whose folder is, or lies in, one of the words.
func chosenModules(w *workspace.Workspace, only []string) []*workspace.Module {
	if len(only) == 0 {
		return w.Modules
	}
	var chosen []*workspace.Module
	for _, m := range w.Modules {
		if slices.ContainsFunc(only, func(word string) bool {
			word = path.Clean(word)
			return m.Folder == word || strings.HasPrefix(m.Folder, word+"/")
		}) {
			chosen = append(chosen, m)
		}
	}
	return chosen
}

func counts(linters map[string]int) string {
	texts := make([]string, 0, len(linters))
	for _, name := range slices.Sorted(maps.Keys(linters)) {
		texts = append(texts, fmt.Sprintf("%s %d", name, linters[name]))
	}
	return strings.Join(texts, ", ")
}

func runFormat(ctx context.Context, w *workspace.Workspace, args []string) error {
	var fix bool
	_, err := flags("format", args, false, func(set *flag.FlagSet) { set.BoolVar(&fix, "fix", false, "format the files") })
	if err != nil {
		return err
	}
	began := time.Now()
	program, err := toolbox.Ensure(ctx, w, toolbox.Linter(), say)
	if err != nil {
		return err
	}
	words := []string{program, "fmt"}
	if !fix {
		words = append(words, "--diff")
	}
	for _, m := range w.Modules {
		words = append(words, "./"+m.Folder)
	}
	diff, err := w.Run(ctx, workspace.Command{Words: words})
	if err != nil && (!errors.Is(err, workspace.ErrCommand) || len(diff) == 0) {
		return err
	}
	var findings []workspace.Finding
	for line := range strings.Lines(string(diff)) {
		if name, ok := strings.CutPrefix(line, "+++ "); ok {
			findings = append(findings, workspace.Finding{Place: strings.TrimSpace(name), Fault: "is not formatted"})
		}
	}
	return verdict("format", fmt.Sprintf("%d modules", len(w.Modules)), "make fix-format", began, findings)
}

func runTools(ctx context.Context, w *workspace.Workspace, args []string) error {
	if _, err := flags("tools", args, false, func(*flag.FlagSet) {}); err != nil {
		return err
	}
	for _, tool := range toolbox.All() {
		program, err := toolbox.Ensure(ctx, w, tool, say)
		if err != nil {
			return err
		}
		fmt.Println(tool.Name(), tool.Version, "is", program)
	}
	return nil
}

func say(line string) { fmt.Println(line) }
