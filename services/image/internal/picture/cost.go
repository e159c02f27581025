package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// working is what a decoder and the reduction take beside the pixels: tables,
// rows, the result of 1080 × 1080 twice and its encoding.
const working = 16 << 20

// pngCost: the pixels as the decoder keeps them; an interlaced picture is put
// together from seven smaller ones, of which the largest is half of it.
func pngCost(data []byte, c image.Config) int64 {
	const depthAt, kindAt, interlaceAt = 24, 25, 28
	const palette, grey, wide = 3, 0, 16
	perPixel := int64(4)
	if len(data) > interlaceAt {
		switch kind := data[kindAt]; {
		case kind == palette:
			perPixel = 1
		case data[depthAt] == wide: // grey has two bytes, but eight where a colour is transparent
			perPixel = 8
		case kind == grey && !bytes.Contains(data, []byte("tRNS")):
			perPixel = 1
		}
		if data[interlaceAt] != 0 {
			return pixels(c) * perPixel * 3 / 2
		}
	}
	return pixels(c) * perPixel
}

// gifCost: indexes.
func gifCost(_ []byte, c image.Config) int64 { return pixels(c) }

// bmpCost: indexes or colours.
func bmpCost(data []byte, c image.Config) int64 {
	if bmpDepth(data) == 8 {
		return pixels(c)
	}
	return 4 * pixels(c)
}

// webpCost: a lossy picture keeps planes, and where it has alpha that plane and
// the lossless picture that it comes from; a lossless one keeps its pixels
// twice. What is lossless or has alpha may take 50 MB for its codes as well,
// which only decoding tells.
func webpCost(data []byte, c image.Config) int64 {
	const codes = 50 << 20
	lossless, alpha := webpKind(data)
	switch {
	case lossless:
		return 8*pixels(c) + codes
	case alpha:
		return 10*pixels(c) + codes
	}
	return pixels(c) * 3 / 2
}

func pixels(c image.Config) int64 { return int64(c.Width) * int64(c.Height) }

func bmpDepth(data []byte) int {
	const depthAt = 28
	if len(data) < depthAt+2 {
		return 0
	}
	return int(binary.LittleEndian.Uint16(data[depthAt:]))
}

// bmpHolds says whether a BMP's data is there at all, before a picture of its
// size is made: its rows are not compressed.
func bmpHolds(data []byte, c image.Config) bool {
	row := (int64(c.Width)*int64(bmpDepth(data))/8 + 3) &^ 3
	return row*int64(c.Height) <= int64(len(data))
}
