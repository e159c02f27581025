package fleet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// layout is where things are on the disk.
type layout struct {
	root  string // of the repository
	local string // everything that the fleet writes
}

func (l layout) bin() string          { return filepath.Join(l.local, "bin") }
func (l layout) data(n string) string { return filepath.Join(l.local, "data", n) }
func (l layout) log(n string) string  { return filepath.Join(l.local, "logs", n+".log") }
func (l layout) secrets() string      { return filepath.Join(l.local, "secrets.env") }
func (l layout) state() string        { return filepath.Join(l.local, "fleet.json") }
func (l layout) lock() string         { return filepath.Join(l.local, "fleet.lock") }
func (l layout) compose() string      { return filepath.Join(l.local, "compose.yaml") }
func (l layout) seeded() string       { return filepath.Join(l.local, "data", "seeded") }

// make creates the folders.
func (l layout) make() error {
	for _, folder := range []string{l.bin(), filepath.Join(l.local, "data"), filepath.Join(l.local, "logs")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("make %s: %w", folder, err)
		}
	}
	return nil
}

var errNoRepository = errors.New("no go.work in this folder or above it: run this inside the repository")

// FindRoot is the repository's folder, looked for from dir upwards.
func FindRoot(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find repository: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errNoRepository
		}
		dir = parent
	}
}
