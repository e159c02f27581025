package vp8lrows_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/vp8l"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
	"github.com/dailyfeed/dailyfeed/services/image/internal/vp8lrows"
)

// read is the whole picture by way of its rows.
func read(chunk []byte, width, height int) (*image.NRGBA, error) {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	y := 0
	err := vp8lrows.Each(chunk, width, height, func(row []uint32) error {
		for x, pixel := range row {
			m.SetNRGBA(x, y, color.NRGBA{R: byte(pixel >> 16), G: byte(pixel >> 8), B: byte(pixel), A: byte(pixel >> 24)})
		}
		y++
		return nil
	})
	if err == nil && y != height {
		err = errors.New("rows are missing")
	}
	return m, err
}

func TestEveryFormIsReadAsTheLibraryReadsIt(t *testing.T) {
	t.Parallel()
	for _, form := range corpus.VP8LForms() {
		for _, size := range []image.Point{{1, 1}, {3, 2}, {17, 33}, {130, 70}} {
			name := fmt.Sprintf("%+v %v", form, size)
			chunk := corpus.NoisyVP8L(size.X, size.Y, form)
			want, err := vp8l.Decode(bytes.NewReader(chunk))
			require.NoError(t, err, name)
			got, err := read(chunk, size.X, size.Y)
			require.NoError(t, err, name)
			require.Equal(t, pixels(t, want), got.Pix, name)
		}
	}
}

func TestWhatIsCutIsRefused(t *testing.T) {
	t.Parallel()
	chunk := corpus.NoisyVP8L(40, 30, corpus.VP8LForm{Transforms: []int{0, 1, 2}, Parts: true})
	for n := range len(chunk) - 8 {
		_, err := read(chunk[:n], 40, 30)
		require.ErrorIs(t, err, vp8lrows.ErrBroken, n)
	}
	_, err := read(chunk, 41, 30)
	require.ErrorIs(t, err, vp8lrows.ErrBroken, "a size that is not the chunk's")
}

// TestTwoSymbolsHaveTheirWordsInTheirOrder: in the code of lengths that is written
// for red here, 200 comes before 100. The specification gives 100 the word 0.
func TestTwoSymbolsHaveTheirWordsInTheirOrder(t *testing.T) {
	t.Parallel()
	var out bitWriter
	out.write(0x2f, 8)
	out.write(1, 14) // width - 1
	out.write(0, 14) // height - 1
	out.write(0, 4)  // alpha, version
	out.write(0, 3)  // no transform, no cache, no parts
	one := func(symbol uint64) { out.write(0b101, 3); out.write(symbol, 8) }
	one(7)              // green
	out.write(0b111, 3) // red: two symbols, the first of 8 bits
	out.write(200, 8)
	out.write(100, 8)
	one(9)             // blue
	one(255)           // alpha
	one(0)             // distances
	out.write(0b10, 2) // the two pixels' red: 0, 1
	out.write(0, 8)
	got, err := read(out.data, 2, 1)
	require.NoError(t, err)
	require.Equal(t, []byte{100, 7, 9, 255, 200, 7, 9, 255}, got.Pix)
	require.True(t, vp8lrows.IsDisputed(out.data, 2, 1))
}

// bitWriter writes numbers, lowest bit first.
type bitWriter struct {
	data []byte
	held uint64
	n    int
}

func (w *bitWriter) write(value uint64, bits int) {
	w.held |= value << w.n
	for w.n += bits; w.n >= 8; w.n -= 8 {
		w.data = append(w.data, byte(w.held))
		w.held >>= 8
	}
}

// FuzzEach holds what is read to be what the library reads, which tolerates
// codes of more symbols than they have room for, and takes the words of two
// symbols for each other where they are not written in order.
func FuzzEach(f *testing.F) {
	for _, form := range corpus.VP8LForms() {
		f.Add(corpus.NoisyVP8L(20, 12, form))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := vp8l.DecodeConfig(bytes.NewReader(data))
		if err != nil || config.Width*config.Height > 1<<18 {
			return
		}
		got, err := read(data, config.Width, config.Height)
		want, refused := vp8l.Decode(bytes.NewReader(data))
		if err != nil {
			require.ErrorIs(t, err, vp8lrows.ErrBroken)
			return
		}
		if refused == nil && !vp8lrows.IsDisputed(data, config.Width, config.Height) {
			require.Equal(t, pixels(t, want), got.Pix)
		}
	})
}

func pixels(t *testing.T, m image.Image) []byte {
	t.Helper()
	require.IsType(t, (*image.NRGBA)(nil), m)
	nrgba, _ := m.(*image.NRGBA)
	return nrgba.Pix
}
