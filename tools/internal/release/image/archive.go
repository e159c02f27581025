package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/match"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
)

// refName is the annotation by which tools find an image in a layout.
const refName = "org.opencontainers.image.ref.name"

// imageName is the annotation by which containerd, and so a cluster into whose
// nodes an archive is loaded, knows what the image is called.
const imageName = "io.containerd.image.name"

// owner is where the images of this repository are published.
const owner = "ghcr.io/dailyfeed/"

var errNoIndex = errors.New("no image index in the archive")

// Save writes an index as an OCI archive: a tar of an OCI layout, which podman,
// skopeo, crane and containerd read. Its bytes, too, depend on nothing but the
// index and the tag.
func Save(index v1.ImageIndex, s Stamp, file string) (err error) {
	folder, err := os.MkdirTemp("", "oci-layout-")
	if err != nil {
		return fmt.Errorf("save image: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path, err := layout.Write(folder, empty.Index)
	if err != nil {
		return fmt.Errorf("save image: %w", err)
	}
	if err := path.AppendIndex(index, layout.WithAnnotations(map[string]string{
		refName: s.Tag, imageName: owner + s.Name() + ":" + s.Tag,
	})); err != nil {
		return fmt.Errorf("save image: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("save image: %w", err)
	}
	return pack(folder, file)
}

// pack writes the files of folder, sorted, and puts the archive in its place
// only when it is whole.
func pack(folder, file string) error {
	var entries []entry
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		entries = append(entries, entry{name: filepath.ToSlash(name), mode: 0o644, content: content, at: epoch})
		return err
	})
	if err != nil {
		return fmt.Errorf("pack archive: %w", err)
	}
	part := file + ".part"
	to, err := os.Create(part)
	if err != nil {
		return fmt.Errorf("pack archive: %w", err)
	}
	if err := errors.Join(writeTar(to, entries), to.Close()); err != nil {
		return fmt.Errorf("pack archive: %w", errors.Join(err, os.Remove(part)))
	}
	return os.Rename(part, file)
}

// Load unpacks an archive into folder, which must exist, and returns its index.
// The index reads from there as long as it is used.
func Load(file, folder string) (v1.ImageIndex, error) {
	fail := func(err error) (v1.ImageIndex, error) { return nil, fmt.Errorf("load %s: %w", file, err) }
	stream, err := os.Open(file)
	if err != nil {
		return fail(err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fail(errors.Join(err, stream.Close()))
	}
	if err := errors.Join(source.Unpack(stream, root), root.Close(), stream.Close()); err != nil {
		return fail(err)
	}
	outer, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		return fail(err)
	}
	manifest, err := outer.IndexManifest()
	if err != nil {
		return fail(err)
	}
	for _, descriptor := range manifest.Manifests {
		if match.MediaTypes(string(types.OCIImageIndex))(descriptor) {
			return outer.ImageIndex(descriptor.Digest)
		}
	}
	return fail(errNoIndex)
}

// Unpack writes the files of an architecture's image into folder, which it makes.
func Unpack(index v1.ImageIndex, arch, folder string) error {
	fail := func(err error) error { return fmt.Errorf("unpack image for %s: %w", arch, err) }
	parts, err := Parts(index)
	if err != nil {
		return fail(err)
	}
	at := slices.IndexFunc(parts, func(p Part) bool { return p.Architecture == arch })
	if at < 0 {
		return fail(errMissing)
	}
	img, err := index.Image(parts[at].Digest)
	if err != nil {
		return fail(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fail(err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fail(err)
	}
	files := mutate.Extract(img)
	if err := errors.Join(source.Unpack(files, root), files.Close(), root.Close()); err != nil {
		return fail(err)
	}
	return nil
}
