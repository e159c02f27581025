package pngrows_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
	"github.com/dailyfeed/dailyfeed/services/image/internal/pngrows"
)

// read is the whole picture by way of its rows.
func read(data []byte) (*image.RGBA, error) {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	m := image.NewRGBA(image.Rect(0, 0, config.Width, config.Height))
	rest := m.Pix
	err = pngrows.Each(data, func(row []byte) error { rest = rest[copy(rest, row):]; return nil })
	if err == nil && len(rest) > 0 {
		err = errors.New("rows are missing")
	}
	return m, err
}

// byLibrary is the whole picture as the standard library reads it.
func byLibrary(data []byte) (*image.RGBA, error) {
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	out := image.NewRGBA(m.Bounds())
	draw.Draw(out, out.Rect, m, image.Point{}, draw.Src)
	return out, nil
}

func TestEveryKindIsReadAsTheStandardLibraryReadsIt(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1, 1}, {2, 3}, {5, 1}, {1, 9}, {9, 8}, {33, 17}} {
		for _, form := range corpus.PNGForms() {
			name := fmt.Sprintf("%v %+v", size, form)
			data := corpus.NoisyPNG(size.X, size.Y, form)
			want, err := byLibrary(data)
			require.NoError(t, err, name)
			got, err := read(data)
			require.NoError(t, err, name)
			require.Equal(t, want.Pix, got.Pix, name)
		}
	}
}

func TestWhatTheLibraryRefusesIsRefused(t *testing.T) {
	t.Parallel()
	for _, item := range corpus.All() {
		if len(item.Data) > 64<<10 {
			continue
		}
		if want, err := byLibrary(item.Data); err == nil {
			got, err := read(item.Data)
			require.NoError(t, err, item.Name)
			require.Equal(t, want.Pix, got.Pix, item.Name)
			continue
		}
		require.ErrorIs(t, pngrows.Each(item.Data, func([]byte) error { return nil }), pngrows.ErrBroken, item.Name)
	}
}

// FuzzEach holds what is read to be what the standard library reads.
func FuzzEach(f *testing.F) {
	for _, form := range corpus.PNGForms() {
		f.Add(corpus.NoisyPNG(9, 7, form))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil || config.Width*config.Height > 1<<20 {
			return
		}
		got, err := read(data)
		want, refused := byLibrary(data)
		if err != nil {
			require.ErrorIs(t, err, pngrows.ErrBroken)
			return
		}
		if refused == nil {
			require.Equal(t, want.Pix, got.Pix)
		}
	})
}
