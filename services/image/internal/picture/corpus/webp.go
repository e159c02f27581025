package corpus

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// bitWriter writes from the lowest bit on, as VP8L wants them.
type bitWriter struct {
	data []byte
	n    int
}

func (b *bitWriter) add(value uint64, count int) {
	for i := range count {
		if b.n%8 == 0 {
			b.data = append(b.data, 0)
		}
		b.data[b.n/8] |= byte(value>>i&1) << (b.n % 8)
		b.n++
	}
}

// lossless is a picture of one colour, whose pixels take no bit at all: each
// Huffman code has one symbol.
func lossless(w, h int, alpha byte) string {
	var b bitWriter
	b.add(0x2f, 8)
	b.add(uint64(w-1), 14)
	b.add(uint64(h-1), 14)
	b.add(1, 1)                                        // alpha is used
	b.add(0, 3)                                        // version
	b.add(0, 3)                                        // no transform, no colour cache, one set of codes
	for _, symbol := range []byte{0, 0, 0, alpha, 0} { // green, red, blue, alpha, distance
		b.add(0b101, 3) // a simple code, of one symbol, of 8 bits
		b.add(uint64(symbol), 8)
	}
	b.data = append(b.data, make([]byte, 8)...)
	return string(b.data)
}

// lossy is a key frame of zero bits.
func lossy(w, h int) string {
	first := 4096 + w*h/128
	tag := uint32(first)<<5 | 1<<4
	out := []byte{byte(tag), byte(tag >> 8), byte(tag >> 16), 0x9d, 0x01, 0x2a}
	out = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(out, uint16(w)), uint16(h))
	return string(append(out, make([]byte, 2*first)...))
}

func riffChunk(id, body string) string {
	out := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return string(out)
}

func webpFile(chunks ...string) []byte {
	return []byte(riffChunk("RIFF", "WEBP"+strings.Join(chunks, "")))
}

func uint24(v int) string { return string([]byte{byte(v), byte(v >> 8), byte(v >> 16)}) }

const (
	animationFlag = 0x02
	exifFlag      = 0x08
	alphaFlag     = 0x10
)

func extended(flags byte, w, h int) string {
	return riffChunk("VP8X", string([]byte{flags, 0, 0, 0})+uint24(w-1)+uint24(h-1))
}

func frame(x, y, w, h int, chunks string) string {
	return riffChunk("ANMF", uint24(x/2)+uint24(y/2)+uint24(w-1)+uint24(h-1)+uint24(100)+"\x00"+chunks)
}

func webps() []Item {
	anim := riffChunk("ANIM", "\x00\x00\x00\x00\x00\x00")
	still := func(w, h int) string { return riffChunk("VP8L", lossless(w, h, 255)) }
	items := []Item{
		taken("webp lossless", "opaque", webpFile(still(40, 30)), 40, 30, asJPEG),
		taken("webp lossless alpha", "transparent", webpFile(riffChunk("VP8L", lossless(40, 30, 0))), 40, 30, asPNG),
		taken("webp lossy", "a key frame of VP8", webpFile(riffChunk("VP8 ", lossy(64, 48))), 64, 48, asJPEG),
		taken("webp animated", "the first of two frames, which covers the canvas",
			webpFile(extended(animationFlag, 40, 30), anim, frame(0, 0, 40, 30, still(40, 30)), frame(0, 0, 40, 30, still(40, 30))), 40, 30, asJPEG),
		taken("webp small frame", "around the frame nothing is drawn",
			webpFile(extended(animationFlag|alphaFlag, 40, 30), anim, frame(10, 4, 10, 10, still(10, 10))), 40, 30, asPNG),
		refused("webp frame outside", "a frame that leaves the canvas", webpFile(extended(animationFlag, 40, 30), anim, frame(36, 0, 10, 10, still(10, 10))), corrupted),
		refused("webp lying frame", "a canvas of 40 × 30 whose frame holds 268 megapixels",
			webpFile(extended(animationFlag, 40, 30), anim, frame(0, 0, 40, 30, still(16384, 16384))), corrupted),
		refused("webp lying still", "a canvas of 40 × 30 whose picture holds 268 megapixels", webpFile(extended(0, 40, 30), still(16384, 16384)), corrupted),
		refused("webp no frame", "an animation of nothing", webpFile(extended(animationFlag, 40, 30), anim), corrupted),
		refused("webp 268 MP", "a bomb of 40 bytes", webpFile(still(16384, 16384)), tooManyPixels),
		refused("webp canvas 2²⁴", "the largest canvas that can be written", webpFile(extended(animationFlag, 1<<24, 1<<24), anim, frame(0, 0, 1, 1, still(1, 1))), badSignature),
		refused("webp chunk too long", "a chunk that claims more than there is", webpFile("VP8L\xff\xff\xff\x7f"), badSignature),
		taken("webp odd chunk", "an unknown chunk before the picture, of odd length", webpFile(extended(0, 40, 30), riffChunk("XTRA", "abc"), still(40, 30)), 40, 30, asJPEG),
		taken("webp 1×1", "the smallest", webpFile(still(1, 1)), 1, 1, asJPEG),
	}
	for orientation := 1; orientation <= 8; orientation++ {
		size := turned(64, 32, orientation)
		data := webpFile(extended(exifFlag, 64, 32), still(64, 32), riffChunk("EXIF", TIFF(orientation)))
		items = append(items, taken(fmt.Sprintf("webp exif %d", orientation), "an orientation behind the picture", data, size.X, size.Y, asJPEG))
	}
	return items
}

// WebP is a file of one lossless picture.
func WebP(chunk []byte) []byte { return webpFile(riffChunk("VP8L", string(chunk))) }
