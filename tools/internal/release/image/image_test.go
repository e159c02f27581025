package image_test

import (
	"archive/tar"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/image"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
)

var stamp = image.Stamp{
	Service: "member", Tag: "main-20261120-0001",
	Commit: source.Commit{ID: "0123456789abcdef0123456789abcdef01234567", At: time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC)},
}

func assembled(t *testing.T) v1.ImageIndex {
	t.Helper()
	images := map[string]v1.Image{}
	for _, arch := range image.Architectures() {
		img, err := image.Assemble(stamp, arch, []byte("the binary for "+arch))
		require.NoError(t, err)
		images[arch] = img
	}
	index, err := image.Index(stamp, images)
	require.NoError(t, err)
	return index
}

func TestAnImageHoldsTheBinaryCertificatesAndNothingElse(t *testing.T) {
	t.Parallel()
	stream := mutate.Extract(one(t, assembled(t), "arm64"))
	got := map[string]string{}
	archive := tar.NewReader(stream)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		require.Zero(t, header.Uid)
		require.Zero(t, header.Gid)
		got[header.Name] = header.FileInfo().Mode().String()
	}
	require.NoError(t, stream.Close())
	require.Equal(t, map[string]string{
		"member":              "-rwxr-xr-x",
		"etc":                 "drwxr-xr-x",
		"etc/ssl":             "drwxr-xr-x",
		"etc/ssl/certs":       "drwxr-xr-x",
		image.CertificateFile: "-rw-r--r--",
		"tmp":                 "dtrwxrwxrwx",
	}, got)
}

func TestTheCertificatesAreRead(t *testing.T) {
	t.Parallel()
	folder := unpack(t, one(t, assembled(t), "amd64"))
	text, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(image.CertificateFile)))
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(text))
}

func TestAnImageRunsAsANumberWithItsSubcommand(t *testing.T) {
	t.Parallel()
	for _, arch := range image.Architectures() {
		config, err := one(t, assembled(t), arch).ConfigFile()
		require.NoError(t, err)
		require.Equal(t, "65532:65532", config.Config.User)
		require.Equal(t, []string{"/member"}, config.Config.Entrypoint)
		require.Equal(t, []string{"serve"}, config.Config.Cmd)
		require.Equal(t, arch, config.Architecture)
		require.Equal(t, "linux", config.OS)
		require.True(t, config.Created.Equal(stamp.Commit.At))
	}
}

func TestLabelsSayWhatItIs(t *testing.T) {
	t.Parallel()
	index := assembled(t)
	config, err := one(t, index, "amd64").ConfigFile()
	require.NoError(t, err)
	manifest, err := one(t, index, "amd64").Manifest()
	require.NoError(t, err)
	outer, err := index.IndexManifest()
	require.NoError(t, err)
	for _, labels := range []map[string]string{config.Config.Labels, manifest.Annotations, outer.Annotations} {
		require.Equal(t, "dailyfeed-member-svc", labels["org.opencontainers.image.title"])
		require.Equal(t, stamp.Tag, labels["org.opencontainers.image.version"])
		require.Equal(t, stamp.Commit.ID, labels["org.opencontainers.image.revision"])
		require.Equal(t, "2026-11-20T01:02:03Z", labels["org.opencontainers.image.created"])
		require.Equal(t, "Apache-2.0", labels["org.opencontainers.image.licenses"])
	}
}

func TestASavedImageIsAValidOCILayout(t *testing.T) {
	t.Parallel()
	index := assembled(t)
	file := filepath.Join(t.TempDir(), "member.tar")
	require.NoError(t, image.Save(index, stamp, file))

	loaded, err := image.Load(file, t.TempDir())
	require.NoError(t, err)
	require.NoError(t, validate.Index(loaded))
	before, err := index.Digest()
	require.NoError(t, err)
	after, err := loaded.Digest()
	require.NoError(t, err)
	require.Equal(t, before, after)
	kind, err := loaded.MediaType()
	require.NoError(t, err)
	require.Equal(t, types.OCIImageIndex, kind)
}

func TestALoadedArchiveHasItsPublishedName(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "member.tar")
	require.NoError(t, image.Save(assembled(t), stamp, file))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	name := `"io.containerd.image.name":"ghcr.io/dailyfeed/` + stamp.Name() + ":" + stamp.Tag + `"`
	require.Contains(t, strings.Join(strings.Fields(string(text)), ""), name)
}

func TestAnArchiveWithoutAnImageIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "empty.tar")
	require.NoError(t, os.WriteFile(file, make([]byte, 1024), 0o600))
	_, err := image.Load(file, t.TempDir())
	require.Error(t, err)
}

func TestAnIndexNeedsEveryArchitecture(t *testing.T) {
	t.Parallel()
	_, err := image.Index(stamp, map[string]v1.Image{})
	require.Error(t, err)
}

func TestTheImageServiceMayBeLarger(t *testing.T) {
	t.Parallel()
	require.Equal(t, int64(20_000_000), image.Limit("image"))
	require.Equal(t, int64(15_000_000), image.Limit("member"))
}
