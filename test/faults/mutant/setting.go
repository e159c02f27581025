package mutant

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Setting is a variable that a service runs with, NAME=value.
type Setting string

// Build writes a program into dir that runs the one beside it, as arena.Swap keeps it,
// with the setting.
func (s Setting) Build(_ context.Context, _, dir, service string) (string, error) {
	name, value, _ := strings.Cut(string(s), "=")
	script := fmt.Sprintf("#!/bin/sh\nexport %s='%s'\nexec \"$0.own\" \"$@\"\n", name, value)
	program := filepath.Join(dir, service)
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		return "", fmt.Errorf("write setting of %s: %w", service, err)
	}
	return program, nil
}
