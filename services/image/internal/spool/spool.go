// Package spool takes uploads in: on disk, while they arrive, so that slow
// clients cost no memory; as many bytes at once as it has room for; and each at
// least as fast as it may be expected of a bad connection.
package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// Spool is room on disk for uploads that arrive.
type Spool struct {
	folder string
	size   int64
	slots  *semaphore.Weighted
	wait   time.Duration
}

// New keeps at most size bytes at once in folder; empty is the system's own for
// temporary files. Who finds no room within wait is refused.
func New(folder string, size int64, wait time.Duration) *Spool {
	return &Spool{folder: folder, size: size, slots: semaphore.NewWeighted(size), wait: wait}
}

// Reserve waits for room for that many bytes, before any of them is read.
// Fails with TOO_MANY_REQUESTS where none came free in time.
func (s *Spool) Reserve(ctx context.Context, bytes int64) (release func(), err error) {
	bytes = min(max(bytes, 1), s.size)
	waiting, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	if err := s.slots.Acquire(waiting, bytes); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("wait for room to read: %w", ctx.Err())
		}
		return nil, apierr.CodeTooManyRequests.Wrap(fmt.Errorf("no room to read: %w", err)).WithRetryAfter(s.wait)
	}
	return func() { s.slots.Release(bytes) }, nil
}

// Upload is a file that has arrived. Whoever has it closes it.
type Upload struct {
	file *os.File
	size int64
}

// ErrTooLong is a file of more than its limit.
var ErrTooLong = errors.New("spool: file is too long")

// ErrDisk is a disk that does not take what arrives.
var ErrDisk = errors.New("spool: disk unavailable")

// Take writes a file of at most limit bytes to disk. Fails with ErrTooLong,
// ErrDisk, or what r fails with.
func (s *Spool) Take(r io.Reader, limit int64) (*Upload, error) {
	file, err := s.create()
	if err != nil {
		return nil, err
	}
	upload := &Upload{file: file}
	into := &disk{file: file}
	upload.size, err = io.Copy(into, io.LimitReader(r, limit+1))
	switch {
	case into.err != nil:
		err = errors.Join(ErrDisk, into.err)
	case err == nil && upload.size > limit:
		err = ErrTooLong
	}
	if err != nil {
		upload.Close()
		return nil, fmt.Errorf("take upload: %w", err)
	}
	return upload, nil
}

// create opens a file that nobody sees, and that ends with this process
// however that ends: its name is removed at once.
func (s *Spool) create() (*os.File, error) {
	file, err := os.CreateTemp(s.folder, "upload-*")
	if err != nil {
		return nil, errors.Join(ErrDisk, err)
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close() // there is nothing in it
		return nil, errors.Join(ErrDisk, err)
	}
	return file, nil
}

// Ping says whether files can be made.
func (s *Spool) Ping(context.Context) error {
	file, err := s.create()
	if err != nil {
		return err
	}
	return file.Close() //nolint:wrapcheck // an empty file
}

// disk tells a disk that fails from a client that does.
type disk struct {
	file *os.File
	err  error
}

// Write implements io.Writer.
func (d *disk) Write(p []byte) (n int, err error) {
	n, d.err = d.file.Write(p)
	return n, d.err //nolint:wrapcheck // Take wraps it
}

// Load reads the upload into memory.
func (u *Upload) Load() ([]byte, error) {
	data := make([]byte, u.size)
	if _, err := u.file.ReadAt(data, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(ErrDisk, err)
	}
	return data, nil
}

// Close frees the disk.
func (u *Upload) Close() { _ = u.file.Close() } // only read from now on
