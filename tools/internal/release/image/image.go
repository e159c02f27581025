// Package image makes container images without a container engine: one static
// binary, the certificates of the public authorities and nothing else, for two
// architectures, in an OCI archive. The same commit and tag give the same
// digests, wherever and whenever they are built.
package image

import (
	"fmt"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
)

// User is who the process is: a number, as the restricted Pod Security profile
// wants it, that owns nothing in the image.
const User = "65532:65532"

// Repository is where the source is, as the image's labels tell it.
const Repository = "https://github.com/dailyfeed/dailyfeed"

// Architectures are those of every image, in the order of its index.
func Architectures() []string { return []string{"amd64", "arm64"} }

// Stamp says what an image is and what it was made from.
type Stamp struct {
	// Service is the name of the service's folder and binary.
	Service string
	// Tag is checked by package tag.
	Tag string
	// Commit is what was built.
	Commit source.Commit
}

// Name is the image's name below its owner in a registry.
func (s Stamp) Name() string { return "dailyfeed-" + s.Service + "-svc" }

// Labels are the OCI annotations of config, manifest and index.
func (s Stamp) Labels() map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":       s.Name(),
		"org.opencontainers.image.description": "dailyfeed's " + s.Service + " service",
		"org.opencontainers.image.source":      Repository,
		"org.opencontainers.image.url":         Repository,
		"org.opencontainers.image.licenses":    "Apache-2.0",
		"org.opencontainers.image.version":     s.Tag,
		"org.opencontainers.image.revision":    s.Commit.ID,
		"org.opencontainers.image.created":     s.Commit.At.Format(time.RFC3339),
	}
}

// Assemble makes the image of one architecture from its binary.
func Assemble(s Stamp, arch string, binary []byte) (v1.Image, error) {
	fail := func(err error) (v1.Image, error) { return nil, fmt.Errorf("assemble %s %s: %w", s.Service, arch, err) }
	certificates, err := certificateLayer()
	if err != nil {
		return fail(err)
	}
	program, err := layerOf(entry{name: s.Service, mode: 0o755, content: binary, at: s.Commit.At})
	if err != nil {
		return fail(err)
	}
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err = mutate.ConfigFile(img, s.config(arch))
	if err != nil {
		return fail(err)
	}
	created := v1.Time{Time: s.Commit.At}
	img, err = mutate.Append(
		img,
		mutate.Addendum{Layer: certificates, History: v1.History{Created: v1.Time{Time: epoch}, CreatedBy: "certificates and /tmp"}},
		mutate.Addendum{Layer: program, History: v1.History{Created: created, CreatedBy: "go build ./cmd/" + s.Service}},
	)
	if err != nil {
		return fail(err)
	}
	annotated, ok := mutate.Annotations(img, s.Labels()).(v1.Image)
	if !ok {
		return fail(errKind)
	}
	return annotated, nil
}

// config is what a runtime reads. The root is never written to: a scratch
// folder, where one is needed, is mounted on /tmp.
func (s Stamp) config(arch string) *v1.ConfigFile {
	variant := ""
	if arch == "arm64" {
		variant = "v8"
	}
	return &v1.ConfigFile{
		OS: "linux", Architecture: arch, Variant: variant,
		Created: v1.Time{Time: s.Commit.At},
		RootFS:  v1.RootFS{Type: "layers"},
		Config: v1.Config{
			User: User, WorkingDir: "/",
			Entrypoint: []string{"/" + s.Service}, Cmd: []string{"serve"},
			Env:          []string{"PATH=/"},
			ExposedPorts: map[string]struct{}{"8080/tcp": {}, "9080/tcp": {}},
			Labels:       s.Labels(),
		},
	}
}

// Index puts the images of all architectures under one digest.
func Index(s Stamp, images map[string]v1.Image) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, arch := range Architectures() {
		img, ok := images[arch]
		if !ok {
			return nil, fmt.Errorf("index %s: %s: %w", s.Service, arch, errMissing)
		}
		platform := v1.Platform{OS: "linux", Architecture: arch}
		if arch == "arm64" {
			platform.Variant = "v8"
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &platform}})
	}
	annotated, ok := mutate.Annotations(index, s.Labels()).(v1.ImageIndex)
	if !ok {
		return nil, fmt.Errorf("index %s: %w", s.Service, errKind)
	}
	return annotated, nil
}
