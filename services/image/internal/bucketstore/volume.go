package bucketstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"gocloud.dev/blob"

	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
)

// volumeFolder is the folder of a file:// URL, empty for other buckets.
func volumeFolder(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "file" {
		return ""
	}
	return filepath.FromSlash(parsed.Path)
}

// openObject opens an object of a picture; on a volume as the file that it is,
// which is several times faster than by way of the library. Names of our
// objects are the same as keys and as paths.
func (s *Store) openObject(ctx context.Context, id album.ImageID, name string) (io.ReadSeekCloser, error) {
	if s.folder == "" {
		reader, err := s.bucket.NewReader(ctx, key(id, name), (*blob.ReaderOptions)(nil))
		if err != nil {
			return nil, classify(err)
		}
		return reader, nil
	}
	file, err := os.Open(s.folder + "/" + key(id, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.Join(album.ErrAbsent, err)
	}
	if err != nil {
		return nil, errors.Join(ErrUnavailable, fmt.Errorf("open file: %w", err))
	}
	return file, nil
}

// readObject reads a small object.
func (s *Store) readObject(ctx context.Context, id album.ImageID, name string) ([]byte, error) {
	object, err := s.openObject(ctx, id, name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = object.Close() }() // it was only read
	const most = 4 << 10
	data, err := io.ReadAll(io.LimitReader(object, most))
	if err != nil {
		return nil, classify(err)
	}
	return data, nil
}
