package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	temporaryPrefix = "dailyfeed-server-"
	ownerFile       = ".owner"
	// sweepAge spares folders whose owner may be about to lock them.
	sweepAge = time.Minute
)

// dir is where a server keeps its data. A temporary one is locked while its
// owner lives, so that the next start can remove what a killed owner left.
type dir struct {
	path      string
	temporary bool
	lock      *os.File
}

func openDir(path, name string) (*dir, error) {
	if path != "" {
		if err := os.MkdirAll(path, 0o755); err != nil {
			return nil, fmt.Errorf("make data folder of %s: %w", name, err)
		}
		absolute, err := filepath.Abs(path)
		if err != nil {
			return nil, fmt.Errorf("find data folder of %s: %w", name, err)
		}
		return &dir{path: absolute}, nil
	}
	sweep(os.TempDir())
	path, err := os.MkdirTemp("", temporaryPrefix+name+"-")
	if err != nil {
		return nil, fmt.Errorf("make data folder of %s: %w", name, err)
	}
	lock, err := lockFile(filepath.Join(path, ownerFile), syscall.LOCK_EX)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	return &dir{path: path, temporary: true, lock: lock}, nil
}

func (d *dir) close() error {
	if d.lock == nil {
		return nil
	}
	lock := d.lock
	d.lock = nil
	return errors.Join(os.RemoveAll(d.path), lock.Close())
}

// sweep removes temporary folders whose owner is gone. It is a courtesy: what
// it cannot remove stays.
func sweep(parent string) {
	found, err := filepath.Glob(filepath.Join(parent, temporaryPrefix+"*"))
	if err != nil {
		return
	}
	for _, path := range found {
		info, err := os.Stat(path)
		if err != nil || time.Since(info.ModTime()) < sweepAge {
			continue
		}
		lock, err := os.OpenFile(filepath.Join(path, ownerFile), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(path)
		}
		_ = lock.Close()
	}
}

// lockFile opens path, creating it, and takes an advisory lock that ends with
// the process.
func lockFile(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock %s: %w", path, err)
	}
	if err := syscall.Flock(int(file.Fd()), how); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return file, nil
}
