package arena

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Swap replaces the program of a service by another, and all its processes with it.
// back undoes that.
func (a *Arena) Swap(ctx context.Context, service, program string) (back func(context.Context) error, err error) {
	own := filepath.Join(a.config.Dir, "bin", service)
	kept := own + ".own"
	if err := os.Rename(own, kept); err != nil {
		return nil, fmt.Errorf("swap %s: %w", service, err)
	}
	if err := copyProgram(program, own); err != nil {
		return nil, errors.Join(err, os.Rename(kept, own))
	}
	back = func(ctx context.Context) error {
		if err := os.Rename(kept, own); err != nil {
			return fmt.Errorf("swap %s back: %w", service, err)
		}
		return a.replace(ctx, service)
	}
	return back, a.replace(ctx, service)
}

// replace kills all processes of a service, and waits for those that follow.
func (a *Arena) replace(ctx context.Context, service string) error {
	for _, part := range a.Parts(service) {
		pid, err := a.Kill(ctx, part)
		if err == nil {
			err = a.AwaitBack(ctx, part, pid)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func copyProgram(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("copy program: %w", err)
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return fmt.Errorf("copy program: %w", err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	_, err = io.Copy(target, source)
	return err
}
