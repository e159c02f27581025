// Package source takes a commit out of the repository, so that what is built is
// what is committed and never what happens to lie in a folder.
package source

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Commit is a commit and when it was made.
type Commit struct {
	// ID is the whole hash.
	ID string
	// At is the committer's date, in UTC.
	At time.Time
}

var errAnswer = errors.New("git answered something else")

// Resolve finds the commit that a revision names.
func Resolve(ctx context.Context, w *workspace.Workspace, revision string) (Commit, error) {
	words := []string{"git", "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"}
	answer, err := w.Run(ctx, workspace.Command{Words: words})
	if err != nil {
		return Commit{}, fmt.Errorf("find commit %q: %w", revision, err)
	}
	id := strings.TrimSpace(string(answer))
	answer, err = w.Run(ctx, workspace.Command{Words: []string{"git", "show", "--no-patch", "--format=%ct", id}})
	if err != nil {
		return Commit{}, fmt.Errorf("date commit %s: %w", id, err)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(answer)), 10, 64)
	if err != nil {
		return Commit{}, fmt.Errorf("date commit %s: %w: %w", id, errAnswer, err)
	}
	return Commit{ID: id, At: time.Unix(seconds, 0).UTC()}, nil
}

// Export writes the files of a commit into folder, which must exist.
func Export(ctx context.Context, w *workspace.Workspace, c Commit, folder string) error {
	archive, err := w.Run(ctx, workspace.Command{Words: []string{"git", "archive", "--format=tar", c.ID}})
	if err != nil {
		return fmt.Errorf("export commit %s: %w", c.ID, err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("export commit %s: %w", c.ID, err)
	}
	err = Unpack(bytes.NewReader(archive), root)
	return errors.Join(err, root.Close())
}

// Unpack writes the folders and regular files of a tar stream below root and
// passes over everything else.
func Unpack(stream io.Reader, root *os.Root) error {
	archive := tar.NewReader(stream)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("unpack: %w", err)
		}
		name := path.Clean(strings.TrimPrefix(header.Name, "/"))
		switch header.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(name, 0o755)
		case tar.TypeReg:
			err = unpackFile(root, name, header.FileInfo().Mode().Perm(), archive)
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", name, err)
		}
	}
}

func unpackFile(root *os.Root, name string, mode os.FileMode, content io.Reader) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
