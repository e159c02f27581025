package arena

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// FillDisk lets every write of a process into a file fail from now on, as on a disk that
// is full: by the limit of its files' sizes, so that no disk is filled. room takes that
// back; it does nothing for a process that has ended.
func FillDisk(pid int) (room func() error, err error) {
	var before unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &before); err != nil {
		return nil, fmt.Errorf("read limits of process %d: %w", pid, err)
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 1, Max: before.Max}, nil); err != nil {
		return nil, fmt.Errorf("limit files of process %d: %w", pid, err)
	}
	return func() error {
		err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &before, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("take limit from process %d: %w", pid, err)
		}
		return nil
	}, nil
}
