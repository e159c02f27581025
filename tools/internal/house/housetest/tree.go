// Package housetest builds small trees of files for the tests of the house.
package housetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Tree writes the files, named by paths relative to a new folder, and returns
// that folder.
func Tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		Write(t, root, name, text)
	}
	return root
}

// Write writes one file below root, with the folders it needs.
func Write(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// Read is the text of one file below root.
func Read(t *testing.T, root, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(text)
}

// Workspace writes the files and opens the go.work among them.
func Workspace(t *testing.T, files map[string]string) *workspace.Workspace {
	t.Helper()
	w, err := workspace.Open(Tree(t, files))
	require.NoError(t, err)
	return w
}

// Faults are the findings as text.
func Faults(findings []workspace.Finding) []string {
	texts := make([]string, 0, len(findings))
	for _, f := range findings {
		texts = append(texts, f.String())
	}
	return texts
}
