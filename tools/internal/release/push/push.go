// Package push puts images into a registry. A tag, once there, stays on its
// digest; only the moving tag moves, and only forward.
package push

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/tag"
)

// created is the label by which builds are put in order: their commits' dates,
// which RFC 3339 in UTC sorts as text.
const created = "org.opencontainers.image.created"

// ErrTaken is in the error for a tag that another image has.
var ErrTaken = errors.New("the tag belongs to another image, and tags do not move")

// Target is where an image goes.
type Target struct {
	// Repository is registry, owner and name.
	Repository string
	// Tag is the image's own.
	Tag string
	// Latest moves the moving tag as well, unless it is on a newer commit.
	Latest bool
}

// Push writes an index under its tag and returns its digest. Doing it again
// changes nothing. Credentials come from keys.
func Push(ctx context.Context, index v1.ImageIndex, to Target, keys authn.Keychain) (v1.Hash, error) {
	fail := func(err error) (v1.Hash, error) {
		return v1.Hash{}, fmt.Errorf("push %s:%s: %w", to.Repository, to.Tag, err)
	}
	repository, err := name.NewRepository(to.Repository, name.StrictValidation)
	if err != nil {
		return fail(err)
	}
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(keys)}
	digest, err := index.Digest()
	if err != nil {
		return fail(err)
	}
	reference := repository.Tag(to.Tag)
	there, err := find(reference, options)
	switch {
	case err != nil:
		return fail(err)
	case there == nil:
		err = remote.WriteIndex(reference, index, options...)
	case there.Digest != digest:
		err = fmt.Errorf("%w: %s", ErrTaken, there.Digest)
	}
	if err == nil && to.Latest {
		err = moveLatest(repository.Tag(tag.Latest), index, options)
	}
	if err != nil {
		return fail(err)
	}
	return digest, nil
}

// find is what a reference names, nil for nothing.
func find(reference name.Reference, options []remote.Option) (*remote.Descriptor, error) {
	there, err := remote.Get(reference, options...)
	if refused, ok := errors.AsType[*transport.Error](err); ok && refused.StatusCode == http.StatusNotFound {
		return nil, nil
	}
	return there, err
}

// moveLatest keeps a late re-run of an old commit from moving the tag back.
func moveLatest(latest name.Tag, index v1.ImageIndex, options []remote.Option) error {
	there, err := find(latest, options)
	if err != nil {
		return err
	}
	ours, err := index.IndexManifest()
	if err != nil {
		return err
	}
	if there != nil {
		if old, err := there.ImageIndex(); err == nil {
			theirs, err := old.IndexManifest()
			if err != nil {
				return err
			}
			if theirs.Annotations[created] > ours.Annotations[created] {
				return nil
			}
		}
	}
	return remote.Tag(latest, index, options...)
}
