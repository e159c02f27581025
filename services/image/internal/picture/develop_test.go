package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func limits() picture.Limits {
	return picture.Limits{Bytes: 5 << 20, Pixels: 50_000_000, Memory: 192 << 20}
}

func room() picture.Room { return picture.NewRoom(256<<20, 2, time.Second) }

func develop(t *testing.T, data []byte) (picture.Developed, error) {
	t.Helper()
	return picture.Develop(t.Context(), data, limits(), room())
}

// gradient has another colour in each quarter, so that turning shows.
func gradient(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{A: 255}
			if x < w/2 {
				c.R = 255
			}
			if y < h/2 {
				c.G = 255
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func encodePNG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

func encodeJPEG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}))
	return b.Bytes()
}

func decodeFile(t *testing.T, f picture.File) image.Image {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(f.Data))
	require.NoError(t, err)
	require.Equal(t, image.Pt(f.Width, f.Height), m.Bounds().Size())
	return m
}

func TestEachFormatIsTakenAndKeptAsJPEGOrPNG(t *testing.T) {
	t.Parallel()
	opaque := gradient(300, 200)
	transparent := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	paletted := image.NewPaletted(image.Rect(0, 0, 20, 20), palette.WebSafe)
	var asGIF, asBMP bytes.Buffer
	require.NoError(t, gif.Encode(&asGIF, opaque, nil))
	require.NoError(t, bmp.Encode(&asBMP, opaque))
	for name, tc := range map[string]struct {
		data        []byte
		contentType string
	}{
		"jpeg":            {encodeJPEG(t, opaque), "image/jpeg"},
		"opaque png":      {encodePNG(t, opaque), "image/jpeg"},
		"transparent png": {encodePNG(t, transparent), "image/png"},
		"palette png":     {encodePNG(t, paletted), "image/jpeg"},
		"16-bit png":      {encodePNG(t, image.NewNRGBA64(image.Rect(0, 0, 9, 9))), "image/png"},
		"grey jpeg":       {encodeJPEG(t, image.NewGray(image.Rect(0, 0, 9, 9))), "image/jpeg"},
		"gif":             {asGIF.Bytes(), "image/jpeg"},
		"bmp":             {asBMP.Bytes(), "image/jpeg"},
		"1 × 1":           {encodePNG(t, gradient(1, 1)), "image/jpeg"},
	} {
		got, err := develop(t, tc.data)
		require.NoError(t, err, name)
		require.Equal(t, tc.contentType, got.Full.ContentType, name)
		decodeFile(t, got.Full)
		require.Equal(t, image.Pt(150, 150), decodeFile(t, got.Thumbnail).Bounds().Size(), name)
	}
}

func TestAPictureFitsTheSquareAndIsNeverEnlarged(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ upload, kept image.Point }{
		"small":          {image.Pt(350, 350), image.Pt(350, 350)},
		"exact":          {image.Pt(1080, 40), image.Pt(1080, 40)},
		"wide":           {image.Pt(2160, 108), image.Pt(1080, 54)},
		"tall":           {image.Pt(100, 3000), image.Pt(36, 1080)},
		"not by a whole": {image.Pt(1300, 130), image.Pt(1080, 108)},
		"extreme line":   {image.Pt(8000, 1), image.Pt(1080, 1)},
	} {
		got, err := develop(t, encodeJPEG(t, gradient(tc.upload.X, tc.upload.Y)))
		require.NoError(t, err, name)
		require.Equal(t, tc.kept, image.Pt(got.Full.Width, got.Full.Height), name)
	}
}

func TestEveryOrientationComesOutUprightToTheByte(t *testing.T) {
	t.Parallel()
	upright := gradient(64, 32) // its quarters are whole blocks of a JPEG
	wantPNG, err := develop(t, encodePNG(t, upright))
	require.NoError(t, err)
	wantJPEG, err := develop(t, encodeJPEG(t, upright))
	require.NoError(t, err)
	for orientation := 1; orientation <= 8; orientation++ {
		laid := lay(upright, orientation)
		for name, tc := range map[string]struct {
			data []byte
			want picture.Developed
		}{
			"jpeg": {withEXIF(encodeJPEG(t, laid), orientation), wantJPEG},
			"png":  {corpus.WithOrientation(encodePNG(t, laid), orientation), wantPNG},
		} {
			for _, read := range []func(*testing.T, []byte) (picture.Developed, error){develop, developByRows} {
				got, err := read(t, tc.data)
				require.NoError(t, err)
				require.Equal(t, image.Pt(64, 32), image.Pt(got.Full.Width, got.Full.Height))
				requireAlike(t, tc.want.Full, got.Full, name)
			}
			got, err := develop(t, tc.data)
			require.NoError(t, err)
			require.Equal(t, tc.want, got, "%s, orientation %d", name, orientation)
		}
	}
}

// lay stores m the way a camera does that was held as orientation says
// (EXIF 2.32: where row 0 and column 0 of the stored picture are).
func lay(m *image.RGBA, orientation int) *image.RGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Pt(w, h)
	if orientation >= 5 {
		size = image.Pt(h, w)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	for y := range h {
		for x := range w {
			at := map[int]image.Point{
				1: {x, y}, 2: {w - 1 - x, y}, 3: {w - 1 - x, h - 1 - y}, 4: {x, h - 1 - y},
				5: {y, x}, 6: {y, w - 1 - x}, 7: {h - 1 - y, w - 1 - x}, 8: {h - 1 - y, x},
			}[orientation]
			out.SetRGBA(at.X, at.Y, m.RGBAAt(x, y))
		}
	}
	return out
}

// withEXIF puts an EXIF segment with an orientation behind the start of a JPEG.
func withEXIF(data []byte, orientation int) []byte {
	var tiff bytes.Buffer
	tiff.WriteString("II*\x00\x08\x00\x00\x00\x01\x00")
	for _, v := range []any{uint16(0x0112), uint16(3), uint32(1), uint16(orientation), uint16(0), uint32(0)} {
		_ = binary.Write(&tiff, binary.LittleEndian, v)
	}
	body := "Exif\x00\x00" + tiff.String() + "GPS of home"
	head := []byte{0xff, 0xd8, 0xff, 0xe1, byte((len(body) + 2) >> 8), byte(len(body) + 2)}
	return append(append(head, body...), data[2:]...)
}

func TestWhatIsNotAPictureIsRefusedByItsOwnCode(t *testing.T) {
	t.Parallel()
	whole := encodePNG(t, gradient(50, 50))
	photo := encodeJPEG(t, gradient(200, 200))
	for name, tc := range map[string]struct {
		data []byte
		code *apierr.Code
	}{
		"nothing":                {nil, picture.CodeEmpty},
		"text":                   {[]byte("hello"), picture.CodeUnsupported},
		"html":                   {[]byte("<html><script>alert(1)</script>"), picture.CodeUnsupported},
		"svg":                    {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), picture.CodeUnsupported},
		"pdf":                    {[]byte("%PDF-1.7"), picture.CodeUnsupported},
		"5 MiB and a byte":       {append([]byte("\xff\xd8\xff"), make([]byte, 5<<20-2)...), picture.CodeTooLarge},
		"png magic, no header":   {[]byte("\x89PNG\r\n\x1a\nrubbish"), picture.CodeInvalidSignature},
		"gif magic and script":   {[]byte("GIF89a"), picture.CodeInvalidSignature},
		"bmp magic":              {[]byte("BM" + strings.Repeat("x", 60)), picture.CodeInvalidSignature},
		"webp magic":             {[]byte("RIFF\x04\x00\x00\x00WEBP"), picture.CodeInvalidSignature},
		"truncated png":          {whole[:len(whole)/2], picture.CodeCorrupted},
		"truncated jpeg":         {photo[:len(photo)/2], picture.CodeCorrupted},
		"77-byte bomb":           {pngHeader(20000, 20000), picture.CodeTooManyPixels},
		"one side over 16384":    {pngHeader(16385, 1), picture.CodeTooManyPixels},
		"50 megapixels and more": {pngHeader(10001, 5000), picture.CodeTooManyPixels},
		"header without data":    {pngHeader(100, 100), picture.CodeCorrupted},
		"zero pixels":            {pngHeader(0, 0), picture.CodeInvalidSignature},
	} {
		_, err := develop(t, tc.data)
		require.Truef(t, apierr.HasCode(err, tc.code), "%s: wants %s, got %v", name, tc.code.Name(), err)
	}
}

// pngHeader is a PNG that claims a size and ends there.
func pngHeader(w, h uint32) []byte {
	chunk := func(kind string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	data := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(header, 8, 6, 0, 0, 0))...)
	data = append(data, chunk("IDAT", nil)...)
	return append(data, chunk("IEND", nil)...)
}

func TestTheFirstFrameOfAnAnimationIsKept(t *testing.T) {
	t.Parallel()
	canvas := image.Config{ColorModel: color.Palette(palette.WebSafe), Width: 40, Height: 20}
	first := image.NewPaletted(image.Rect(10, 5, 20, 15), palette.WebSafe)
	second := image.NewPaletted(image.Rect(0, 0, 40, 20), palette.WebSafe)
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{1, 1}, Config: canvas}))
	got, err := develop(t, b.Bytes())
	require.NoError(t, err)
	require.Equal(t, image.Pt(40, 20), image.Pt(got.Full.Width, got.Full.Height), "the size is the picture's, not the frame's")
	require.Equal(t, "image/png", got.Full.ContentType, "around the frame nothing is drawn")
}

func TestWhoFindsNoRoomInTimeIsToldToComeBack(t *testing.T) {
	t.Parallel()
	small := picture.NewRoom(1000, 1, 10*time.Millisecond)
	leave, err := small.Enter(t.Context(), 1_000_000)
	require.NoError(t, err, "what is larger than the room has it alone")
	_, err = small.Enter(t.Context(), 1)
	require.True(t, apierr.HasCode(err, apierr.CodeTooManyRequests))
	leave()
	leave, err = small.Enter(t.Context(), 1)
	require.NoError(t, err)
	leave()
}
