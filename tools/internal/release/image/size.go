package image

import (
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

const megabyte = 1_000_000

// Limit is how large a service's image may be for one architecture, compressed,
// in bytes. Decoders of pictures are large.
func Limit(service string) int64 {
	if service == "image" {
		return 20 * megabyte
	}
	return 15 * megabyte
}

// Part is one architecture's image of an index.
type Part struct {
	Architecture string
	Digest       v1.Hash
	// Compressed is what a node fetches: manifest, config and layers, in bytes.
	Compressed int64
}

// Parts are the images of an index in its order.
func Parts(index v1.ImageIndex) ([]Part, error) {
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	var parts []Part
	for _, descriptor := range manifest.Manifests {
		img, err := index.Image(descriptor.Digest)
		if err != nil {
			return nil, fmt.Errorf("read index: %w", err)
		}
		inner, err := img.Manifest()
		if err != nil {
			return nil, fmt.Errorf("read index: %w", err)
		}
		part := Part{Digest: descriptor.Digest, Compressed: descriptor.Size + inner.Config.Size}
		if descriptor.Platform != nil {
			part.Architecture = descriptor.Platform.Architecture
		}
		for _, layer := range inner.Layers {
			part.Compressed += layer.Size
		}
		parts = append(parts, part)
	}
	return parts, nil
}
