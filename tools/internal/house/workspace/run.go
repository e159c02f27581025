package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrCommand is in the error of a program that was run and ended badly.
var ErrCommand = errors.New("command failed")

// Command is a program to run within the workspace.
type Command struct {
	// Folder is relative to the root; empty means the root.
	Folder string
	// Env is added to this process's own environment.
	Env []string
	// Words are the program and its arguments.
	Words []string
}

// Alone makes the go command read one module without its neighbours.
const Alone = "GOWORK=off"

// Run runs a program and returns what it wrote to its standard output, also
// when it failed. The error carries the rest of what it said, and ErrCommand
// where the program itself ended badly.
func (w *Workspace) Run(ctx context.Context, c Command) ([]byte, error) {
	cmd := exec.CommandContext(ctx, c.Words[0], c.Words[1:]...)
	cmd.Dir = filepath.Join(w.Root, filepath.FromSlash(c.Folder))
	cmd.Env = append(os.Environ(), c.Env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err == nil {
		return stdout.Bytes(), nil
	}
	if ctx.Err() != nil {
		return stdout.Bytes(), fmt.Errorf("run %s: %w", strings.Join(c.Words, " "), ctx.Err())
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return stdout.Bytes(), fmt.Errorf("run %s: %w", c.Words[0], err)
	}
	return stdout.Bytes(), fmt.Errorf("%w: %s: %w\n%s", ErrCommand, strings.Join(c.Words, " "), exit, strings.TrimSpace(stderr.String()))
}
