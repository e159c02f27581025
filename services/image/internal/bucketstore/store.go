// Package bucketstore keeps pictures in a bucket that is named by a URL.
//
// A picture is three objects: pictures/<id>/full, pictures/<id>/thumbnail and
// pictures/<id>/about.json. The last is written last and removed first, and a
// picture exists while it is there; so nobody sees half of one, and what a crash
// leaves behind is found by the cleaner.
package bucketstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// buckets
	"gocloud.dev/gcerrors"

	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
)

const (
	root      = "pictures/"
	full      = "/full"
	thumbnail = "/thumbnail"
	aboutName = "/about.json"
)

// Store implements album.Shelf.
type Store struct {
	bucket *blob.Bucket
	// folder of a bucket on a volume, else empty.
	folder string
	// seen are those that were opened lately. They never change; a picture that
	// is removed is absent with its bytes, which go right behind.
	seen *lru.Cache[album.ImageID, album.About]
}

// remembered pictures take some 200 bytes each.
const remembered = 20_000

var _ album.Shelf = (*Store)(nil)

// WithDefaults is a bucket's URL with what goes without saying on a volume.
func WithDefaults(url string) string {
	if strings.HasPrefix(url, "file://") && !strings.Contains(url, "?") {
		// temporary files beside the final ones, so that the rename is atomic;
		// no attribute files, since about.json has the types
		url += "?create_dir=true&no_tmp_dir=true&metadata=skip"
	}
	return url
}

// Open opens the bucket of a URL: file:///data/images, or
// s3://name?region=eu-central-1, with endpoint= and use_path_style=true for
// servers that are not Amazon's. S3 credentials are those of the AWS SDK:
// environment, role, or anonymous=true.
func Open(ctx context.Context, url string) (*Store, error) {
	bucket, err := blob.OpenBucket(ctx, WithDefaults(url))
	if err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}
	seen, err := lru.New[album.ImageID, album.About](remembered)
	if err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}
	return &Store{bucket: bucket, folder: volumeFolder(url), seen: seen}, nil
}

// Close closes the bucket.
func (s *Store) Close() error { return s.bucket.Close() }

// Ping says whether the bucket can be reached.
func (s *Store) Ping(ctx context.Context) error {
	ok, err := s.bucket.IsAccessible(ctx)
	if err != nil {
		return fmt.Errorf("reach bucket: %w", err)
	}
	if !ok {
		return errInaccessible
	}
	return nil
}

var errInaccessible = errors.New("bucketstore: bucket is not accessible")

type aboutFile struct {
	Owner      int64     `json:"owner"`
	UploadedAt time.Time `json:"uploadedAt"`
	FullType   string    `json:"fullType"`
	ThumbType  string    `json:"thumbnailType"`
}

// Add implements album.Store.
func (s *Store) Add(ctx context.Context, about album.About, developed picture.Developed) error {
	described, err := json.Marshal(aboutFile{int64(about.Owner), about.UploadedAt, about.FullType, about.ThumbType})
	if err != nil {
		return fmt.Errorf("describe picture %s: %w", about.ID, err)
	}
	for _, object := range []struct {
		name, kind string
		data       []byte
	}{
		{full, about.FullType, developed.Full.Data},
		{thumbnail, about.ThumbType, developed.Thumbnail.Data},
		{aboutName, "application/json", described},
	} {
		err := s.bucket.WriteAll(ctx, key(about.ID, object.name), object.data, &blob.WriterOptions{ContentType: object.kind})
		if err != nil {
			return fmt.Errorf("write picture %s: %w", about.ID, classify(err))
		}
	}
	return nil
}

// FindAbout implements album.Store.
func (s *Store) FindAbout(ctx context.Context, id album.ImageID) (album.About, error) {
	data, err := s.readObject(ctx, id, aboutName)
	if err != nil {
		return album.About{}, fmt.Errorf("find picture %s: %w", id, err)
	}
	var file aboutFile
	if err := json.Unmarshal(data, &file); err != nil {
		return album.About{}, fmt.Errorf("read about picture %s: %w", id, err)
	}
	return album.About{ID: id, Owner: album.MemberID(file.Owner), UploadedAt: file.UploadedAt, FullType: file.FullType, ThumbType: file.ThumbType}, nil
}

// Open implements album.Store.
func (s *Store) Open(ctx context.Context, id album.ImageID, variant album.Variant) (album.Content, error) {
	about, known := s.seen.Get(id)
	if !known {
		var err error
		if about, err = s.FindAbout(ctx, id); err != nil {
			return album.Content{}, err
		}
	}
	name, kind := full, about.FullType
	if variant == album.Thumbnail {
		name, kind = thumbnail, about.ThumbType
	}
	reader, err := s.openObject(ctx, id, name)
	if err != nil {
		s.seen.Remove(id)
		return album.Content{}, fmt.Errorf("open picture %s: %w", id, err)
	}
	if !known {
		s.seen.Add(id, about)
	}
	return album.Content{ReadSeekCloser: reader, Type: kind, UploadedAt: about.UploadedAt}, nil
}

// Remove implements album.Store. What a crash has left beside the three
// objects, such as a temporary file, is removed with them.
func (s *Store) Remove(ctx context.Context, id album.ImageID) error {
	s.seen.Remove(id)
	if err := s.remove(ctx, key(id, aboutName)); err != nil {
		return err
	}
	objects := s.bucket.List(&blob.ListOptions{Prefix: key(id, "/")})
	for {
		object, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list picture %s: %w", id, classify(err))
		}
		if err := s.remove(ctx, object.Key); err != nil {
			return err
		}
	}
}

func (s *Store) remove(ctx context.Context, object string) error {
	err := s.bucket.Delete(ctx, object)
	if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("remove %s: %w", object, classify(err))
	}
	return nil
}

// EachBefore implements album.Lister. Objects of one picture are neighbours in
// the order of keys.
func (s *Store) EachBefore(ctx context.Context, before time.Time, visit func(id album.ImageID, complete bool) error) error {
	var current album.ImageID
	var newest time.Time
	var complete bool
	flush := func() error {
		if current == "" || !newest.Before(before) {
			return nil
		}
		return visit(current, complete)
	}
	objects := s.bucket.List(&blob.ListOptions{Prefix: root})
	for {
		object, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			return flush()
		}
		if err != nil {
			return fmt.Errorf("list pictures: %w", classify(err))
		}
		id, name, ok := strings.Cut(strings.TrimPrefix(object.Key, root), "/")
		if !ok {
			continue
		}
		if album.ImageID(id) != current {
			if err := flush(); err != nil {
				return err
			}
			current, newest, complete = album.ImageID(id), time.Time{}, false
		}
		complete = complete || "/"+name == aboutName
		if object.ModTime.After(newest) {
			newest = object.ModTime
		}
	}
}

func key(id album.ImageID, name string) string { return root + string(id) + name }

// ErrUnavailable is a bucket that did not do what it was asked to.
var ErrUnavailable = errors.New("bucketstore: bucket unavailable")

// classify tells an object that is not there from a bucket that is not.
func classify(err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return errors.Join(album.ErrAbsent, err)
	}
	return errors.Join(ErrUnavailable, err)
}
