package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

var (
	errMissing = errors.New("no image")
	errKind    = errors.New("the library returned another kind")
)

// epoch is the date of what is not of a commit: the first layer is the same for
// all services until the certificates change.
var epoch = time.Unix(0, 0).UTC()

// CertificateFile is where crypto/x509 looks first.
const CertificateFile = "etc/ssl/certs/ca-certificates.crt"

// entry is one file or folder (a name that ends with "/") of a layer; root owns
// it.
type entry struct {
	name    string
	mode    int64
	content []byte
	at      time.Time
}

// certificateLayer is what the binary needs around it.
func certificateLayer() (v1.Layer, error) {
	folder := func(name string, mode int64) entry { return entry{name: name, mode: mode, at: epoch} }
	return layerOf(
		folder("etc/", 0o755), folder("etc/ssl/", 0o755), folder("etc/ssl/certs/", 0o755),
		entry{name: CertificateFile, mode: 0o644, content: certificates(), at: epoch},
		folder("tmp/", 0o1777),
	)
}

// certificates are Mozilla's roots as PEM. Those that Mozilla trusts only under
// conditions are left out: a PEM file cannot say conditions.
func certificates() []byte {
	var text bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: slices.Clone(root.Certificate)}))
		}
	}
	return text.Bytes()
}

func layerOf(entries ...entry) (v1.Layer, error) {
	var content bytes.Buffer
	if err := writeTar(&content, entries); err != nil {
		return nil, fmt.Errorf("write layer: %w", err)
	}
	opener := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content.Bytes())), nil }
	layer, err := tarball.LayerFromOpener(
		opener,
		tarball.WithMediaType(types.OCILayer),
		tarball.WithCompressionLevel(gzip.BestCompression),
		tarball.WithCompressedCaching,
	)
	if err != nil {
		return nil, fmt.Errorf("compress layer: %w", err)
	}
	return layer, nil
}

// writeTar writes entries in their order, with nothing of this machine in them.
func writeTar(to io.Writer, entries []entry) error {
	archive := tar.NewWriter(to)
	for _, e := range entries {
		kind := byte(tar.TypeReg)
		if e.name[len(e.name)-1] == '/' {
			kind = tar.TypeDir
		}
		header := &tar.Header{
			Typeflag: kind, Name: e.name, Mode: e.mode, Size: int64(len(e.content)),
			ModTime: e.at.Truncate(time.Second), Format: tar.FormatUSTAR,
		}
		if err := archive.WriteHeader(header); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if _, err := archive.Write(e.content); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return archive.Close()
}
