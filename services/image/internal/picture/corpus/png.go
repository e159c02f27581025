package corpus

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

// Kinds of PNG.
const (
	pngGrey    = 0
	pngRGB     = 2
	pngPalette = 3
	pngRGBA    = 6
)

func chunk(kind, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

func header(w, h uint32, depth, kind, interlace byte) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return chunk("IHDR", string(append(size, depth, kind, 0, 0, interlace)))
}

// flatPNG is a black or, with alpha, transparent picture.
func flatPNG(w, h int, depth, kind, interlace byte, extra ...[]byte) []byte {
	out := append([]byte(pngMagic), header(uint32(w), uint32(h), depth, kind, interlace)...)
	for _, c := range extra {
		out = append(out, c...)
	}
	bits := map[byte]int{pngGrey: 1, pngRGB: 3, pngPalette: 1, pngRGBA: 4}[kind] * int(depth)
	out = append(out, chunk("IDAT", string(zeros(rawBytes(w, h, bits, interlace))))...)
	return append(out, chunk("IEND", "")...)
}

// rawBytes is the length of all rows, each with its filter's byte.
func rawBytes(w, h, bits int, interlace byte) (sum int) {
	for _, p := range passes(interlace) {
		across, down := (w-p[0]+p[2]-1)/p[2], (h-p[1]+p[3]-1)/p[3]
		if across > 0 && down > 0 {
			sum += down * (1 + (across*bits+7)/8)
		}
	}
	return sum
}

// passes are first column and row, and the steps, of the pictures in a PNG.
func passes(interlace byte) [][4]int {
	if interlace == 0 {
		return [][4]int{{0, 0, 1, 1}}
	}
	return [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
}

func zeros(n int) []byte {
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	part := make([]byte, 1<<16)
	for ; err == nil && n > 0; n -= len(part) {
		part = part[:min(n, len(part))]
		_, err = w.Write(part)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) //nolint:forbidigo // writing to memory
	}
	return b.Bytes()
}

func encodePNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) //nolint:forbidigo // writing to memory
	}
	return b.Bytes()
}

func pngs() []Item {
	blocks := string([]byte{0, 0, 0, 255, 255, 255})
	huge := flatPNG(1, 1, 8, pngPalette, 0, chunk("PLTE", string(make([]byte, 257*3))))
	items := []Item{
		taken("png rgb", "opaque: kept as JPEG", flatPNG(40, 30, 8, pngRGB, 0), 40, 30, asJPEG),
		taken("png rgba", "transparent: kept as PNG", flatPNG(40, 30, 8, pngRGBA, 0), 40, 30, asPNG),
		taken("png grey 1 bit", "eight pixels in a byte", flatPNG(41, 30, 1, pngGrey, 0), 41, 30, asJPEG),
		taken("png grey 16 bit", "two bytes for a pixel", flatPNG(41, 30, 16, pngGrey, 0), 41, 30, asJPEG),
		taken("png rgba 16 bit", "eight bytes for a pixel", flatPNG(41, 30, 16, pngRGBA, 0), 41, 30, asPNG),
		taken("png palette", "indexes", flatPNG(41, 30, 8, pngPalette, 0, chunk("PLTE", blocks)), 41, 30, asJPEG),
		taken("png palette alpha", "an index that is transparent", flatPNG(41, 30, 2, pngPalette, 0, chunk("PLTE", blocks), chunk("tRNS", "\x00")), 41, 30, asPNG),
		taken("png interlaced", "seven pictures in one", flatPNG(41, 30, 8, pngRGB, 1), 41, 30, asJPEG),
		taken("png interlaced 16 bit large", "and reduced", flatPNG(2160, 54, 16, pngRGBA, 1), 1080, 27, asPNG),
		taken("png icc and text", "profiles and texts are dropped",
			flatPNG(8, 8, 8, pngRGB, 0, chunk("iCCP", "x\x00\x00"+Secret), chunk("tEXt", "Comment\x00"+Secret)), 8, 8, asJPEG),
		taken("png 1×1", "the smallest", flatPNG(1, 1, 8, pngRGB, 0), 1, 1, asJPEG),
		taken("png line", "an extreme ratio", flatPNG(16384, 1, 8, pngGrey, 0), 1080, 1, asJPEG),
		taken("png exif loop", "a directory that points at itself", flatPNG(64, 32, 8, pngRGB, 0, chunk("eXIf", loopedTIFF())), 64, 32, asJPEG),
		refused("png huge palette", "257 colours", huge, badSignature),
		refused("png 2³¹ pixels wide", "a size that overflows", append([]byte(pngMagic), header(1<<31-1, 1<<31-1, 8, pngRGBA, 0)...), badSignature),
		refused("png 20000²", "77 bytes that ask for 1.5 GiB", bomb(20000, 20000), tooManyPixels),
		refused("png 16385×1", "a side over 16384", bomb(16385, 1), tooManyPixels),
		refused("png no pixels", "a size of 0", bomb(0, 0), badSignature),
		refused("png no data", "a header and the end", bomb(100, 100), corrupted),
		refused("png bad checksum", "a flipped bit in the data", flip(flatPNG(50, 50, 8, pngRGB, 0), 45), corrupted),
		refused("png too much data", "rows behind the last", append(append([]byte(pngMagic), header(4, 4, 8, pngRGB, 0)...), append(chunk("IDAT", string(zeros(1<<20))), chunk("IEND", "")...)...), corrupted),
	}
	for orientation := 1; orientation <= 8; orientation++ {
		size := turned(64, 32, orientation)
		data := WithOrientation(encodePNG(photo(64, 32)), orientation)
		items = append(items, taken(fmt.Sprintf("png exif %d", orientation), "an orientation in a PNG", data, size.X, size.Y, asJPEG))
	}
	return items
}

// bomb claims a size and has nothing.
func bomb(w, h uint32) []byte {
	out := append([]byte(pngMagic), header(w, h, 8, pngRGBA, 0)...)
	return append(append(out, chunk("IDAT", "")...), chunk("IEND", "")...)
}

func flip(data []byte, at int) []byte {
	data[at] ^= 1
	return data
}

func solid(w, h int, p color.Palette) *image.Paletted {
	return image.NewPaletted(image.Rect(0, 0, w, h), p)
}

// WithOrientation puts EXIF data into a PNG.
func WithOrientation(data []byte, orientation int) []byte {
	const behindHeader = 8 + 25
	return append(bytes.Clone(data[:behindHeader]), append(chunk("eXIf", TIFF(orientation)), data[behindHeader:]...)...)
}
