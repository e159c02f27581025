package fleet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// ErrRunning means that another process runs this fleet.
var ErrRunning = errors.New("the fleet is already running")

// ErrNotRunning means that nobody runs this fleet.
var ErrNotRunning = errors.New("the fleet is not running")

// fleetLock is held by the process that runs the fleet and says which it is.
// The system gives it back when that process ends, however it ends; so the
// number in it is never that of a stranger.
type fleetLock struct{ file *os.File }

func takeLock(path string) (*fleetLock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrRunning
		}
		return nil, errors.Join(err, file.Close())
	}
	l := &fleetLock{file: file}
	if err := l.sign(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return l, nil
}

func (l *fleetLock) sign() error {
	if err := l.file.Truncate(0); err != nil {
		return fmt.Errorf("sign lock: %w", err)
	}
	if _, err := l.file.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		return fmt.Errorf("sign lock: %w", err)
	}
	return nil
}

func (l *fleetLock) release() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("release lock: %w", err)
	}
	return nil
}

// holder is the process that holds the lock, or ErrNotRunning.
func holder(path string) (pid int, err error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, ErrNotRunning
	}
	if err != nil {
		return 0, fmt.Errorf("open lock: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil {
		return 0, ErrNotRunning // closing gives it back
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return 0, fmt.Errorf("read lock: %w", err)
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read lock: %w", err)
	}
	return pid, nil
}
