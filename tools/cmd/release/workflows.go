package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/toolbox"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// The scanners of workflows, each at one version. zizmor is a program in a Python wheel.
const zizmor = "zizmor==1.32.0"

func actionlint() toolbox.Tool {
	return toolbox.Tool{Package: "github.com/rhysd/actionlint/cmd/actionlint", Version: "v1.7.12"}
}

func workflowsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "workflows",
		Short: "actionlint and zizmor find nothing in .github",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := open()
			if err != nil {
				return err
			}
			linter, err := toolbox.Ensure(c.Context(), w, actionlint(), say)
			if err != nil {
				return err
			}
			auditor, err := ensureZizmor(c, w)
			if err != nil {
				return err
			}
			if err := show(c, w.Root, linter); err != nil {
				return err
			}
			return show(c, w.Root, auditor, "--offline", "--persona=regular", ".github")
		},
	}
}

// ensureZizmor installs the pinned version into a folder of bin that carries it
// in its name.
func ensureZizmor(c *cobra.Command, w *workspace.Workspace) (string, error) {
	folder := filepath.Join(w.Root, "bin", "."+zizmor)
	program := filepath.Join(folder, "bin", "zizmor")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	say("installing " + zizmor + " into bin (once)")
	for _, words := range [][]string{
		{"python3", "-m", "venv", folder},
		{filepath.Join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", zizmor},
	} {
		if _, err := w.Run(c.Context(), workspace.Command{Words: words}); err != nil {
			return "", fmt.Errorf("install zizmor: %w", err)
		}
	}
	return program, nil
}

// show runs a program whose own words are the report.
func show(c *cobra.Command, folder string, words ...string) error {
	cmd := exec.CommandContext(c.Context(), words[0], words[1:]...)
	cmd.Dir = folder
	cmd.Stdout, cmd.Stderr = c.OutOrStdout(), c.ErrOrStderr()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(words[0]), err)
	}
	return nil
}

func say(line string) { fmt.Fprintln(os.Stderr, line) }
