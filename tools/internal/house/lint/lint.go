// Package lint runs golangci-lint module by module, which is how it must be run
// in a workspace, and adds up what it finds.
package lint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Config is the rule book at the root of the workspace.
const Config = ".golangci.yml"

// Result is what was found in one module.
type Result struct {
	Folder   string
	Findings []workspace.Finding
	// Linters counts the findings by linter.
	Linters map[string]int
}

// answer is what golangci-lint writes as JSON.
type answer struct {
	Issues []struct {
		FromLinter string
		Text       string
		Pos        struct {
			Filename     string
			Line, Column int
		}
	}
}

// Module runs the linter in one module; with fix, it repairs what it can.
func Module(ctx context.Context, w *workspace.Workspace, m *workspace.Module, program string, fix bool) (Result, error) {
	words := []string{program, "run", "--config", filepath.Join(w.Root, Config), "--output.json.path=stdout", "--show-stats=false"}
	if fix {
		words = append(words, "--fix")
	}
	output, err := w.Run(ctx, workspace.Command{Folder: m.Folder, Words: append(words, "./...")})
	if err != nil && !errors.Is(err, workspace.ErrCommand) {
		return Result{}, err
	}
	result := Result{Folder: m.Folder, Linters: map[string]int{}}
	if endedWith(err, noFiles) {
		return result, nil
	}
	var a answer
	if jsonErr := json.NewDecoder(bytes.NewReader(output)).Decode(&a); jsonErr != nil {
		return Result{}, fmt.Errorf("lint %s: no answer: %w", m.Folder, errors.Join(err, jsonErr))
	}
	if err != nil && len(a.Issues) == 0 {
		return Result{}, fmt.Errorf("lint %s: %w", m.Folder, err)
	}
	for _, issue := range a.Issues {
		result.Linters[issue.FromLinter]++
		result.Findings = append(result.Findings, workspace.Finding{
			Place: fmt.Sprintf("%s:%d:%d", issue.Pos.Filename, issue.Pos.Line, issue.Pos.Column),
			Fault: issue.Text + " (" + issue.FromLinter + ")",
		})
	}
	return result, nil
}

// noFiles is golangci-lint's exit code for a module without Go files.
const noFiles = 5

func endedWith(err error, code int) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	return ok && exit.ExitCode() == code
}
