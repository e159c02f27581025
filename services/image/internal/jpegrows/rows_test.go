package jpegrows_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/jpegrows"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
)

var errRows = errors.New("rows are missing")

// read is each component's samples.
func read(data []byte) (f jpegrows.Frame, planes [][]byte, err error) {
	err = jpegrows.Each(data, func(frame jpegrows.Frame) error {
		f, planes = frame, make([][]byte, len(frame.Components))
		return nil
	}, func(component int, row []byte) error {
		planes[component] = append(planes[component], row...)
		return nil
	})
	for i, c := range f.Components {
		if err == nil && len(planes[i]) != c.Width*c.Height {
			err = errRows
		}
	}
	return f, planes, err
}

// byLibrary is the same as the standard library reads it; nil of a picture that
// it gives as another kind.
func byLibrary(data []byte) ([][]byte, error) {
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	switch m := m.(type) {
	case *image.Gray:
		return [][]byte{cut(m.Pix, m.Stride, m.Rect.Dx(), m.Rect.Dy())}, nil
	case *image.YCbCr:
		end := image.Pt(m.Rect.Dx()-1, m.Rect.Dy()-1)
		last := m.COffset(end.X, end.Y)
		w, h := last%m.CStride+1, last/m.CStride+1
		return [][]byte{cut(m.Y, m.YStride, m.Rect.Dx(), m.Rect.Dy()), cut(m.Cb, m.CStride, w, h), cut(m.Cr, m.CStride, w, h)}, nil
	case *image.CMYK:
		planes := make([][]byte, 4)
		for i, v := range m.Pix {
			planes[i%4] = append(planes[i%4], 255-v)
		}
		return planes, nil
	case *image.RGBA:
		planes := make([][]byte, 3)
		for i, v := range m.Pix {
			if i%4 < 3 {
				planes[i%4] = append(planes[i%4], v)
			}
		}
		return planes, nil
	}
	return nil, nil
}

func cut(pix []byte, stride, w, h int) []byte {
	var out []byte
	for y := range h {
		out = append(out, pix[y*stride:y*stride+w]...)
	}
	return out
}

// requireAlike: the two transforms round differently.
func requireAlike(t *testing.T, want, got [][]byte, name string) {
	t.Helper()
	require.Len(t, got, len(want), name)
	for i := range want {
		require.Len(t, got[i], len(want[i]), name)
		for j := range want[i] {
			if d := int(want[i][j]) - int(got[i][j]); d < -1 || d > 1 {
				require.Failf(t, "other samples", "%s: component %d, sample %d: %d instead of %d", name, i, j, got[i][j], want[i][j])
			}
		}
	}
}

func TestEveryFormIsReadAsTheStandardLibraryReadsIt(t *testing.T) {
	t.Parallel()
	for _, form := range corpus.JPEGForms() {
		for _, size := range []image.Point{{1, 1}, {8, 8}, {17, 33}, {130, 70}} {
			name := fmt.Sprintf("%+v %v", form, size)
			data := corpus.NoisyJPEG(size.X, size.Y, form)
			want, err := byLibrary(data)
			if form.Progressive && form.Restart > 0 && form.Sampling[0] != 0x11 {
				// the library counts units of several blocks where they are of one
				form.Restart = 0
				want, err = byLibrary(corpus.NoisyJPEG(size.X, size.Y, form))
			}
			require.NoError(t, err, name)
			f, got, err := read(data)
			require.NoError(t, err, name)
			require.Equal(t, size, image.Pt(f.Width, f.Height), name)
			if f.Colours == jpegrows.YCCK {
				continue // the library has made inks of it
			}
			requireAlike(t, want, got, name)
		}
	}
}

func TestPicturesOfTheStandardLibraryAreReadAsItReadsThem(t *testing.T) {
	t.Parallel()
	m := image.NewRGBA(image.Rect(0, 0, 133, 77))
	for i := range m.Pix {
		m.Pix[i] = byte(i * i >> 7)
	}
	for _, quality := range []int{1, 30, 85, 100} {
		var data bytes.Buffer
		require.NoError(t, jpeg.Encode(&data, m, &jpeg.Options{Quality: quality}))
		want, err := byLibrary(data.Bytes())
		require.NoError(t, err)
		_, got, err := read(data.Bytes())
		require.NoError(t, err)
		requireAlike(t, want, got, fmt.Sprint("quality ", quality))
	}
}

func TestWhatIsCutIsRefused(t *testing.T) {
	t.Parallel()
	for _, progressive := range []bool{false, true} {
		data := corpus.NoisyJPEG(40, 30, corpus.JPEGForm{Sampling: []byte{0x22, 0x11, 0x11}, Progressive: progressive, Restart: 3})
		for n := range data {
			_, _, err := read(data[:n])
			require.ErrorIs(t, err, jpegrows.ErrBroken, n)
		}
	}
}

func TestAPictureOfTooManyScansIsRefused(t *testing.T) {
	t.Parallel()
	_, _, err := read(corpus.JPEGOfScans(16, 16, 100))
	require.NoError(t, err)
	_, _, err = read(corpus.JPEGOfScans(16, 16, 101))
	require.ErrorIs(t, err, jpegrows.ErrBroken)
}

// FuzzEach holds what is read to be what the standard library reads. What only
// one of the two refuses is none of its business: they tolerate different things.
func FuzzEach(f *testing.F) {
	for _, form := range corpus.JPEGForms() {
		f.Add(corpus.NoisyJPEG(20, 12, form))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil || config.Width*config.Height > 1<<16 {
			return
		}
		frame, got, err := read(data)
		want, refused := byLibrary(data)
		if err != nil {
			require.ErrorIs(t, err, jpegrows.ErrBroken)
			return
		}
		if refused == nil && want != nil && frame.Colours != jpegrows.YCCK && !jpegrows.IsWild(data) {
			requireAlike(t, want, got, "")
		}
	})
}
