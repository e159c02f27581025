package bucketstore_test

import (
	"context"
	"io"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"

	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
	"github.com/dailyfeed/dailyfeed/services/image/internal/bucketstore"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
)

// buckets are where every test of this suite runs: a volume, and a server that
// speaks S3.
func buckets(t *testing.T) map[string]string {
	t.Helper()
	backend := s3mem.New()
	require.NoError(t, backend.CreateBucket("pictures"))
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	query := url.Values{
		"endpoint": {server.URL}, "region": {"us-east-1"}, "use_path_style": {"true"}, "anonymous": {"true"},
		"request_checksum_calculation": {"when_required"}, "response_checksum_validation": {"when_required"},
	}
	return map[string]string{"file": "file://" + t.TempDir(), "s3": "s3://pictures?" + query.Encode()}
}

func onEach(t *testing.T, run func(t *testing.T, store *bucketstore.Store, url string)) {
	t.Helper()
	for name, address := range buckets(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, open(t, address), address)
		})
	}
}

func open(t *testing.T, address string) *bucketstore.Store {
	t.Helper()
	store, err := bucketstore.Open(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Ping(t.Context()))
	return store
}

const one, two = album.ImageID("1f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10"), album.ImageID("2f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10")

func about(id album.ImageID) album.About {
	return album.About{
		ID: id, Owner: 7, UploadedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		FullType: "image/jpeg", ThumbType: "image/png",
	}
}

func add(t *testing.T, store *bucketstore.Store, id album.ImageID) {
	t.Helper()
	developed := picture.Developed{Full: picture.File{Data: []byte("full picture")}, Thumbnail: picture.File{Data: []byte("thumbnail")}}
	require.NoError(t, store.Add(t.Context(), about(id), developed))
}

func read(t *testing.T, store *bucketstore.Store, id album.ImageID, variant album.Variant) (text, kind string) {
	t.Helper()
	content, err := store.Open(t.Context(), id, variant)
	require.NoError(t, err)
	defer func() { require.NoError(t, content.Close()) }()
	data, err := io.ReadAll(content)
	require.NoError(t, err)
	return string(data), content.Type
}

func TestWhatIsAddedIsThereForEveryReplica(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store *bucketstore.Store, address string) {
		add(t, store, one)
		replica := open(t, address)
		text, kind := read(t, replica, one, album.Full)
		require.Equal(t, []string{"full picture", "image/jpeg"}, []string{text, kind})
		text, kind = read(t, replica, one, album.Thumbnail)
		require.Equal(t, []string{"thumbnail", "image/png"}, []string{text, kind})
		found, err := replica.FindAbout(t.Context(), one)
		require.NoError(t, err)
		require.Equal(t, about(one), found)
		require.NoError(t, replica.Remove(t.Context(), one))
		_, err = store.Open(t.Context(), one, album.Full)
		require.ErrorIs(t, err, album.ErrAbsent)
	})
}

func TestAPartCanBeRead(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store *bucketstore.Store, _ string) {
		add(t, store, one)
		content, err := store.Open(t.Context(), one, album.Full)
		require.NoError(t, err)
		defer func() { require.NoError(t, content.Close()) }()
		size, err := content.Seek(0, io.SeekEnd)
		require.NoError(t, err)
		require.Equal(t, int64(12), size)
		_, err = content.Seek(5, io.SeekStart)
		require.NoError(t, err)
		rest, err := io.ReadAll(content)
		require.NoError(t, err)
		require.Equal(t, "picture", string(rest))
	})
}

func TestWhatIsNotThereIsAbsentAndRemovingItNoFailure(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store *bucketstore.Store, _ string) {
		_, err := store.FindAbout(t.Context(), one)
		require.ErrorIs(t, err, album.ErrAbsent)
		require.NotErrorIs(t, err, bucketstore.ErrUnavailable)
		require.NoError(t, store.Remove(t.Context(), one))
	})
}

func TestAPictureWithoutItsLastPartIsNobodysAndFoundByTheCleaner(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store *bucketstore.Store, address string) {
		add(t, store, one)
		raw, err := blob.OpenBucket(t.Context(), bucketstore.WithDefaults(address))
		require.NoError(t, err)
		defer func() { require.NoError(t, raw.Close()) }()
		for _, left := range []string{"/full", "/thumbnail", "/fileblob1234"} {
			require.NoError(t, raw.WriteAll(t.Context(), "pictures/"+string(two)+left, []byte("x"), nil))
		}
		_, err = store.Open(t.Context(), two, album.Full)
		require.ErrorIs(t, err, album.ErrAbsent)
		require.Equal(t, map[album.ImageID]bool{one: true, two: false}, found(t, store, time.Now().Add(time.Hour)))
		require.Empty(t, found(t, store, time.Now().Add(-time.Hour)), "young ones may be on their way")
		require.NoError(t, store.Remove(t.Context(), two))
		require.Equal(t, map[album.ImageID]bool{one: true}, found(t, store, time.Now().Add(time.Hour)))
	})
}

func found(t *testing.T, store *bucketstore.Store, before time.Time) map[album.ImageID]bool {
	t.Helper()
	seen := map[album.ImageID]bool{}
	require.NoError(t, store.EachBefore(t.Context(), before, func(id album.ImageID, complete bool) error {
		seen[id] = complete
		return nil
	}))
	return seen
}

func TestABucketThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	store, err := bucketstore.Open(t.Context(), "s3://pictures?endpoint=http://127.0.0.1:1&region=us-east-1&anonymous=true&use_path_style=true")
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	_, err = store.FindAbout(ctx, one)
	require.ErrorIs(t, err, bucketstore.ErrUnavailable)
	require.Error(t, store.Ping(ctx))
}
