package push_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/image"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/push"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
)

var first = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

func repository(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New())
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://") + "/owner/dailyfeed-shop-svc"
}

func index(t *testing.T, tag string, at time.Time) v1.ImageIndex {
	t.Helper()
	stamp := image.Stamp{Service: "shop", Tag: tag, Commit: source.Commit{ID: "abc", At: at}}
	images := map[string]v1.Image{}
	for _, arch := range image.Architectures() {
		img, err := image.Assemble(stamp, arch, []byte(arch))
		require.NoError(t, err)
		images[arch] = img
	}
	made, err := image.Index(stamp, images)
	require.NoError(t, err)
	return made
}

func send(t *testing.T, repository, tag string, at time.Time, latest bool) (v1.Hash, error) {
	t.Helper()
	to := push.Target{Repository: repository, Tag: tag, Latest: latest}
	return push.Push(t.Context(), index(t, tag, at), to, authn.NewMultiKeychain())
}

func digest(t *testing.T, repository, tag string) v1.Hash {
	t.Helper()
	reference, err := name.ParseReference(repository + ":" + tag)
	require.NoError(t, err)
	descriptor, err := remote.Get(reference)
	require.NoError(t, err)
	return descriptor.Digest
}

func TestAPushedImageHasItsTagAndDigest(t *testing.T) {
	t.Parallel()
	to := repository(t)
	for range 2 { // again changes nothing
		pushed, err := send(t, to, "v1", first, false)
		require.NoError(t, err)
		require.Equal(t, pushed, digest(t, to, "v1"))
	}
	reference, err := name.ParseReference(to + ":latest")
	require.NoError(t, err)
	_, err = remote.Get(reference)
	require.Error(t, err)
}

func TestATagStaysOnItsImage(t *testing.T) {
	t.Parallel()
	to := repository(t)
	pushed, err := send(t, to, "v1", first, false)
	require.NoError(t, err)
	_, err = send(t, to, "v1", first.Add(time.Hour), true)
	require.ErrorIs(t, err, push.ErrTaken)
	require.Equal(t, pushed, digest(t, to, "v1"))
}

func TestLatestMovesForwardOnly(t *testing.T) {
	t.Parallel()
	to := repository(t)
	for _, step := range []struct {
		tag, latest string
		at          time.Time
	}{
		{"v2", "v2", first.Add(2 * time.Hour)},
		{"v1", "v2", first}, // a late re-run of an older commit
		{"v3", "v3", first.Add(3 * time.Hour)},
	} {
		_, err := send(t, to, step.tag, step.at, true)
		require.NoError(t, err)
		require.Equal(t, digest(t, to, step.latest), digest(t, to, "latest"), step.tag)
	}
}

func TestANameOfNoRegistryIsRefused(t *testing.T) {
	t.Parallel()
	_, err := send(t, "no registry;id", "v1", first, false)
	require.Error(t, err)
}
