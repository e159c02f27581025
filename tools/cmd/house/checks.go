package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/arrows"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/envtable"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/exceptions"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/modules"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/sizes"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/words"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// modulesAtOnce is how many modules are proved side by side: each go command
// uses more than one core by itself.
const modulesAtOnce = 2

func runModules(ctx context.Context, w *workspace.Workspace, args []string) error {
	var fix, quick bool
	only, err := flags("modules", args, true, func(set *flag.FlagSet) {
		set.BoolVar(&fix, "fix", false, "make go.mod files alike and tidy")
		set.BoolVar(&quick, "quick", false, "read go.mod files only, build nothing")
	})
	if err != nil {
		return err
	}
	began := time.Now()
	if fix {
		touched, err := modules.Repair(ctx, w.Root, func(line string) { fmt.Println(line) })
		if err != nil {
			return err
		}
		fmt.Printf("modules: %d go.mod files rewritten %v, all tidied (%s)\nnext: git diff -- '*go.mod' '*go.sum', then make verify-modules\n",
			len(touched), touched, time.Since(began).Round(10*time.Millisecond))
		return nil
	}
	findings := modules.Check(w)
	chosen := chosenModules(w, only)
	if !quick {
		alone, err := modules.Alone(ctx, w, chosen, modulesAtOnce, func(folder string, findings []workspace.Finding) {
			fmt.Printf("%-5s %s\n", okOr("FAIL", len(findings) == 0), folder)
		})
		if err != nil {
			return err
		}
		findings = append(findings, alone...)
	}
	return verdict("modules", fmt.Sprintf("%d modules", len(chosen)), "make fix-modules, unless the code is broken", began, findings)
}

func okOr(otherwise string, ok bool) string {
	if ok {
		return "ok"
	}
	return otherwise
}

func runArrows(ctx context.Context, w *workspace.Workspace, args []string) error {
	if _, err := flags("arrows", args, false, func(*flag.FlagSet) {}); err != nil {
		return err
	}
	began := time.Now()
	file, err := os.Open(filepath.Join(w.Root, arrows.File))
	if err != nil {
		return fmt.Errorf("read drawing: %w", err)
	}
	drawing, err := arrows.Read(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	packages, err := w.List(ctx, nil)
	if err != nil {
		return err
	}
	looked := fmt.Sprintf("%d arrows, %d packages", len(drawing.Edges), len(packages))
	return verdict("arrows", looked, "turn the import round or away; draw an arrow only with a reason", began, arrows.Check(w, packages, drawing))
}

func runSizes(ctx context.Context, w *workspace.Workspace, args []string) error {
	if _, err := flags("sizes", args, false, func(*flag.FlagSet) {}); err != nil {
		return err
	}
	began := time.Now()
	report, err := sizes.Tree(ctx, w)
	if err != nil {
		return err
	}
	fmt.Printf("%-26s %5s %6s %8s %6s\n", "module (without tests)", "files", "code", "comments", "ratio")
	var sum sizes.Measure
	for _, m := range w.Modules {
		measure := report.Modules[m.Folder]
		sum.Add(measure)
		printMeasure(m.Folder, measure)
	}
	printMeasure("all", sum)
	return verdict("sizes", fmt.Sprintf("%d files", sum.Files), "split what is long by noun", began, report.Findings)
}

func printMeasure(name string, m sizes.Measure) {
	fmt.Printf("%-26s %5d %6d %8d %6.2f\n", name, m.Files, m.Code, m.Comments, m.Ratio())
}

func runWords(ctx context.Context, w *workspace.Workspace, args []string) error {
	if _, err := flags("words", args, false, func(*flag.FlagSet) {}); err != nil {
		return err
	}
	began := time.Now()
	rules, err := words.Forbidden()
	if err != nil {
		return err
	}
	findings, err := words.Check(ctx, w, rules)
	if err != nil {
		return err
	}
	return verdict("words", fmt.Sprintf("%d patterns", len(rules)), "say what the code does, not where or how it was written", began, findings)
}

func runExceptions(ctx context.Context, w *workspace.Workspace, args []string) error {
	if _, err := flags("exceptions", args, false, func(*flag.FlagSet) {}); err != nil {
		return err
	}
	began := time.Now()
	count, findings, err := exceptions.Check(ctx, w, began)
	if err != nil {
		return err
	}
	return verdict("exceptions", fmt.Sprintf("%d exceptions", count), "mend the code, or look again and write today's date", began, findings)
}

func runEnv(_ context.Context, w *workspace.Workspace, args []string) error {
	var fix bool
	_, err := flags("env", args, false, func(set *flag.FlagSet) { set.BoolVar(&fix, "fix", false, "write the tables") })
	if err != nil {
		return err
	}
	began := time.Now()
	written, findings, err := envtable.Check(w, fix)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(slices.Values(written)) {
		fmt.Println("wrote", name)
	}
	return verdict("env", "services", "make fix-env writes tables; comments and READMEs are yours to write", began, findings)
}
