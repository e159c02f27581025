//go:build !linux

package arena

import (
	"errors"
	"fmt"
)

// FillDisk is for Linux alone.
func FillDisk(int) (room func() error, err error) {
	return nil, fmt.Errorf("fill disk: %w", errors.ErrUnsupported)
}
