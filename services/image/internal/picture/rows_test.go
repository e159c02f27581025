package picture_test

import (
	"fmt"
	"image"
	"image/draw"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
)

// developByRows leaves no memory for a picture that is read whole.
func developByRows(t *testing.T, data []byte) (picture.Developed, error) {
	t.Helper()
	tight := limits()
	tight.Memory = 1
	return picture.Develop(t.Context(), data, tight, room())
}

func TestReadByRowsItIsTheSamePicture(t *testing.T) {
	t.Parallel()
	for _, item := range append(corpus.All(), noisy()...) {
		want, refused := develop(t, item.Data)
		got, err := developByRows(t, item.Data)
		require.Equal(t, codeOf(refused), codeOf(err), "%s: %v instead of %v", item.Name, err, refused)
		if refused != nil {
			continue
		}
		require.Equal(t, want.Full.ContentType, got.Full.ContentType, item.Name)
		requireAlike(t, want.Full, got.Full, item.Name)
	}
}

// noisy are pictures in which every pixel differs from its neighbours.
func noisy() []corpus.Item {
	var items []corpus.Item
	size := image.Pt(1100, 20) // to be reduced; the others are kept as large as they are
	for _, form := range corpus.PNGForms() {
		items = append(items, corpus.Item{Name: fmt.Sprintf("png %+v", form), Data: corpus.NoisyPNG(size.X, size.Y, form)})
		size = image.Pt(33, 20)
	}
	size = image.Pt(1100, 20)
	for _, form := range corpus.VP8LForms() {
		items = append(items, corpus.Item{Name: fmt.Sprintf("webp %+v", form), Data: corpus.WebP(corpus.NoisyVP8L(size.X, size.Y, form))})
		size = image.Pt(33, 20)
	}
	return items
}

// requireAlike: colours of four inks are reduced before they are mixed, and an
// encoder makes a step of what differs by one.
func requireAlike(t *testing.T, want, got picture.File, name string) {
	t.Helper()
	one, other := pixels(t, want), pixels(t, got)
	require.Equal(t, one.Rect, other.Rect, name)
	const most = 12
	for i, v := range one.Pix {
		if d := int(v) - int(other.Pix[i]); d > most || d < -most {
			require.Failf(t, "another picture", "%s: byte %d: %d instead of %d", name, i, other.Pix[i], v)
		}
	}
}

// pixels are premultiplied: what is transparent has no colour.
func pixels(t *testing.T, f picture.File) *image.RGBA {
	t.Helper()
	m := decodeFile(t, f)
	out := image.NewRGBA(m.Bounds())
	draw.Draw(out, out.Rect, m, image.Point{}, draw.Src)
	return out
}
