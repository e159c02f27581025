package workspace

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Files are the files that git has or would take, relative to the root with
// slashes, sorted.
func (w *Workspace) Files(ctx context.Context) ([]string, error) {
	words := []string{"git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"}
	output, err := w.Run(ctx, Command{Words: words})
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	names := strings.FieldsFunc(string(output), func(r rune) bool { return r == 0 })
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(name string) bool {
		info, err := os.Lstat(filepath.Join(w.Root, filepath.FromSlash(name)))
		return err != nil || !info.Mode().IsRegular() // deleted but not yet committed, or a link
	}), nil
}

// ReadFile reads a file of the tree by the name that Files gives it.
func (w *Workspace) ReadFile(name string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(w.Root, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("read file of the tree: %w", err)
	}
	return text, nil
}
