package pngrows

import (
	"encoding/binary"
	"fmt"
)

// Kinds of pixels (PNG specification, 11.2.2).
const (
	grey      = 0
	rgb       = 2
	indexed   = 3
	greyAlpha = 4
	rgba      = 6
)

type header struct {
	width, height, depth int
	kind                 byte
	interlaced           bool
}

func readHeader(body []byte) (header, error) {
	const size, depthAt, kindAt, interlaceAt = 13, 8, 9, 12
	if len(body) != size || body[10] != 0 || body[11] != 0 || body[interlaceAt] > 1 {
		return header{}, fmt.Errorf("%w: unknown header", ErrBroken)
	}
	h := header{
		width: int(binary.BigEndian.Uint32(body)), height: int(binary.BigEndian.Uint32(body[4:])),
		depth: int(body[depthAt]), kind: body[kindAt], interlaced: body[interlaceAt] == 1,
	}
	const most = 1 << 24 // so that no sum of bytes overflows
	if h.width < 1 || h.height < 1 || h.width > most || h.height > most || !h.known() {
		return header{}, fmt.Errorf("%w: %d × %d of kind %d, %d bits", ErrBroken, h.width, h.height, h.kind, h.depth)
	}
	return h, nil
}

// known says whether the specification has this kind at this depth.
func (h header) known() bool {
	switch h.depth {
	case 1, 2, 4:
		return h.kind == grey || h.kind == indexed
	case 8:
		return h.samples() > 0
	case 16:
		return h.kind != indexed && h.samples() > 0
	}
	return false
}

// samples are numbers for a pixel; 0 of an unknown kind.
func (h header) samples() int {
	switch h.kind {
	case grey, indexed:
		return 1
	case greyAlpha:
		return 2
	case rgb:
		return 3
	case rgba:
		return 4
	}
	return 0
}

func (h header) bits() int { return h.samples() * h.depth }

// rowBytes of so many pixels.
func (h header) rowBytes(pixels int) int { return (pixels*h.bits() + 7) / 8 }
