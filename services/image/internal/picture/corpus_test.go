package picture_test

import (
	"errors"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func codeOf(err error) string {
	if failure, ok := errors.AsType[*apierr.Error](err); ok {
		return failure.Code.Name()
	}
	return ""
}

func TestEachItemOfTheCorpusHasItsAnswer(t *testing.T) {
	t.Parallel()
	for _, item := range corpus.All() {
		got, err := develop(t, item.Data)
		switch item.Code {
		case corpus.Cut:
			require.Contains(t, []string{"UNSUPPORTED_IMAGE_TYPE", "INVALID_IMAGE_SIGNATURE", "CORRUPTED_IMAGE", ""}, codeOf(err), "%s: %v", item.Name, err)
		case "":
			require.NoErrorf(t, err, "%s: %s", item.Name, item.Why)
			require.Equal(t, item.Size, image.Pt(got.Full.Width, got.Full.Height), item.Name)
			require.Equal(t, item.Type, got.Full.ContentType, item.Name)
			requireClean(t, item.Name, got)
		default:
			require.Equalf(t, item.Code, codeOf(err), "%s: %s: %v", item.Name, item.Why, err)
		}
	}
}

// requireClean holds what is kept to be a picture and nothing else.
func requireClean(t *testing.T, name string, got picture.Developed) {
	t.Helper()
	for _, file := range []picture.File{got.Full, got.Thumbnail} {
		decodeFile(t, file)
		for _, trace := range []string{corpus.Secret, "Exif", "ICC_PROFILE", "iCCP", "http://ns.adobe.com", "script", "tEXt", "eXIf"} {
			require.NotContains(t, string(file.Data), trace, name)
		}
	}
	require.Equal(t, image.Pt(picture.ThumbnailSide, picture.ThumbnailSide), image.Pt(got.Thumbnail.Width, got.Thumbnail.Height), name)
}
