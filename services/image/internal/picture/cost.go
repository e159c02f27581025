package picture

import (
	"encoding/binary"
	"image"
)

// working is what a decoder and the reduction take beside the pixels: tables,
// rows, the result of 1080 × 1080 twice and its encoding.
const working = 16 << 20

// pngCost: the pixels as the decoder keeps them; an interlaced picture is put
// together from seven smaller ones, of which the largest is half of it.
func pngCost(data []byte, c image.Config) int64 {
	const depthAt, kindAt, interlaceAt, palette = 24, 25, 28, 3
	perPixel := int64(4)
	if len(data) > interlaceAt {
		switch {
		case data[depthAt] == 16:
			perPixel = 8
		case data[kindAt] == palette:
			perPixel = 1
		}
		if data[interlaceAt] != 0 {
			return pixels(c) * perPixel * 3 / 2
		}
	}
	return pixels(c) * perPixel
}

// gifCost: indexes, and once more where the rows are interlaced.
func gifCost(_ []byte, c image.Config) int64 { return 2 * pixels(c) }

// bmpCost: indexes or colours.
func bmpCost(data []byte, c image.Config) int64 {
	if bmpDepth(data) == 8 {
		return pixels(c)
	}
	return 4 * pixels(c)
}

// webpCost: a lossy picture keeps planes, and where it has alpha that plane and
// the lossless picture that it comes from; a lossless one keeps its pixels twice.
func webpCost(data []byte, c image.Config) int64 {
	lossless, alpha := webpKind(data)
	switch {
	case lossless:
		return 8 * pixels(c)
	case alpha:
		return 10 * pixels(c)
	}
	return 2 * pixels(c)
}

// webpTables is what the Huffman tables of a lossless picture may take, which
// only decoding tells: a set per 16 pixels, at most 65,536.
func webpTables(data []byte, c image.Config) int64 {
	const set, mostSets, pixelsPerSet = 3 << 10, 1 << 16, 16
	if lossless, alpha := webpKind(data); !lossless && !alpha {
		return 0
	}
	return min(mostSets, pixels(c)/pixelsPerSet+1) * set
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
