package vp8lrows

import "slices"

// Each calls visit with each row of a VP8L chunk's picture, from the top, as
// 0xAARRGGBB, not premultiplied. The row is visit's until it returns. The size
// must be the one that the chunk says. Fails with ErrBroken, and with what visit
// fails with, which ends it; visit has then been called for the rows before.
func Each(chunk []byte, width, height int, visit func(row []uint32) error) error {
	return eachOf(&bits{data: chunk}, width, height, visit)
}

func eachOf(b *bits, width, height int, visit func(row []uint32) error) error {
	const mark, sizeBits = 0x2f, 14
	if b.read(8) != mark || int(b.read(sizeBits))+1 != width || int(b.read(sizeBits))+1 != height {
		return broken("another header")
	}
	b.read(1) // whether alpha is used is only a hint
	if b.read(3) != 0 {
		return broken("another version")
	}
	return each(b, width, height, visit)
}

// EachAlpha is Each for the alpha plane of a lossy picture, which has no header
// and is in the green of its pixels.
func EachAlpha(data []byte, width, height int, visit func(row []uint32) error) error {
	return each(&bits{data: data}, width, height, visit)
}

func each(b *bits, width, height int, visit func(row []uint32) error) error {
	var transforms []transform
	coded := width
	for seen := 0; b.flag(); {
		kind := int(b.read(2))
		if seen&(1<<kind) != 0 {
			return broken("a transform that comes twice")
		}
		seen |= 1 << kind
		t, narrower, err := readTransform(b, kind, coded, height)
		if err != nil {
			return err
		}
		coded = narrower
		transforms = append(transforms, t)
	}
	p, err := openPixels(b, coded, height, true)
	if err != nil {
		return err
	}
	y := 0
	return p.each(func(row []uint32) error {
		for _, transform := range slices.Backward(transforms) {
			row = transform.undo(row, y)
		}
		y++
		return visit(row)
	})
}
