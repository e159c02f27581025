package picture

import (
	"bytes"
	"image"
	"image/gif"
	"io"
)

// decodeGIF is the first frame, on a canvas of the picture's size: a frame may
// be smaller than the picture. The rows of an interlaced one are left in the
// order in which they are stored, since the library would copy all of them.
func decodeGIF(data []byte) (raster, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return raster{}, err
	}
	in := io.Reader(bytes.NewReader(data))
	at, interlaced := gifFlags(data)
	if interlaced {
		in = io.MultiReader(bytes.NewReader(data[:at]), bytes.NewReader([]byte{data[at] &^ interlacedFlag}), bytes.NewReader(data[at+1:]))
	}
	frame, err := gif.Decode(in)
	if err != nil {
		return raster{}, err
	}
	r := raster{picture: frame, at: frame.Bounds().Min, size: image.Pt(config.Width, config.Height)}
	if interlaced {
		r.stored = interlacedOrder(frame.Bounds().Dy())
	}
	return r, nil
}

const interlacedFlag = 0x40

// gifFlags is where the flags of the first frame are (GIF89a, 20), and whether
// they say that it is interlaced.
func gifFlags(data []byte) (at int, interlaced bool) {
	const header, flagsAt, extension, frame, inFrame = 13, 10, 0x21, 0x2c, 9
	if len(data) < header {
		return 0, false
	}
	at = header + tableSize(data[flagsAt])
	for at+inFrame < len(data) {
		switch data[at] {
		case frame:
			return at + inFrame, data[at+inFrame]&interlacedFlag != 0
		case extension:
			for at += 2; at < len(data) && data[at] != 0; at += 1 + int(data[at]) {
			}
			at++
		default:
			return 0, false
		}
	}
	return 0, false
}

// tableSize is that of the colours which the flags announce.
func tableSize(flags byte) int {
	const announced, entry = 0x80, 3
	if flags&announced == 0 {
		return 0
	}
	return entry << (1 + flags&7)
}

// interlacedOrder is where each of the rows is stored.
func interlacedOrder(rows int) []int {
	order := make([]int, rows)
	stored := 0
	for _, pass := range [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
		for y := pass[0]; y < rows; y += pass[1] {
			order[y] = stored
			stored++
		}
	}
	return order
}
