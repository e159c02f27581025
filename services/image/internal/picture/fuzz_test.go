package picture_test

import (
	"flag"
	"image"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// FuzzDevelop holds every input to one of two answers: two sound pictures, or a
// code of the contract, read whole and by rows. The corpus is its seeds (which
// have a test of their own); what it found is in testdata.
func FuzzDevelop(f *testing.F) {
	const most = 64 << 10 // larger seeds only make it slow
	for _, item := range corpus.All() {
		if fuzzing := flag.Lookup("test.fuzz").Value.String() != ""; fuzzing && len(item.Data) <= most {
			f.Add(item.Data)
		}
	}
	small := picture.Limits{Bytes: 1 << 20, Pixels: 1 << 20, Memory: 64 << 20}
	space := picture.NewRoom(small.Memory, 1, time.Minute)
	byRows := small
	byRows.Memory = 1
	f.Fuzz(func(t *testing.T, data []byte) {
		requireAnswer(t, data, small, space)
		requireAnswer(t, data, byRows, space)
	})
}

func requireAnswer(t *testing.T, data []byte, most picture.Limits, space picture.Room) {
	t.Helper()
	got, err := picture.Develop(t.Context(), data, most, space)
	if err != nil {
		var failure *apierr.Error
		require.ErrorAs(t, err, &failure)
		require.NotEqual(t, apierr.Internal, failure.Code.Kind(), "%v", err)
		require.NotContains(t, err.Error(), "panic")
		return
	}
	decodeFile(t, got.Full)
	require.LessOrEqual(t, max(got.Full.Width, got.Full.Height), picture.FullSide)
	require.Equal(t, image.Pt(picture.ThumbnailSide, picture.ThumbnailSide), decodeFile(t, got.Thumbnail).Bounds().Size())
}
