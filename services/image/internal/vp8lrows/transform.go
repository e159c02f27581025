package vp8lrows

// transform undoes what was done to a row before it was coded.
type transform interface {
	// undo returns row number y as it was; row may be used for it.
	undo(row []uint32, y int) []uint32
}

const (
	predicting = iota
	crossing
	subtracting
	indexing
)

// readTransform reads the next transform of a picture of that width, and
// returns the width of what is coded.
func readTransform(b *bits, kind, width, height int) (t transform, coded int, err error) {
	switch kind {
	case predicting:
		modes, err := readTiles(b, width, height, func(pixel uint32) byte { return byte(pixel >> 8 & 15) })
		return &prediction{tiled: modes, above: make([]uint32, width+1)}, width, err
	case crossing:
		factors, err := readTiles(b, width, height, func(pixel uint32) uint32 { return pixel })
		return &crossed{factors}, width, err
	case subtracting:
		return greenAdded{}, width, nil
	}
	colours, err := readSmall(b, 1+int(b.read(8)), 1, func(pixel uint32) uint32 { return pixel })
	if err != nil {
		return nil, 0, err
	}
	return newPalette(colours, width)
}

// tiled is something that is the same in each square of 1<<bits pixels.
type tiled[T any] struct {
	tiles        []T
	bits, across int
}

func readTiles[T any](b *bits, width, height int, needed func(pixel uint32) T) (t tiled[T], err error) {
	t.bits = 2 + int(b.read(3))
	t.across = squares(width, t.bits)
	t.tiles, err = readSmall(b, t.across, squares(height, t.bits), needed)
	return t, err
}

func (t tiled[T]) row(y int) []T { return t.tiles[(y>>t.bits)*t.across:] }

// crossed adds parts of one colour to others.
type crossed struct{ tiled[uint32] }

func (t *crossed) undo(row []uint32, y int) []uint32 {
	tiles := t.row(y)
	for x, pixel := range row {
		tile := tiles[x>>t.bits]
		green := int8(pixel >> 8)
		red := byte(pixel>>16) + part(tile, green)
		blue := byte(pixel) + part(tile>>8, green) + part(tile>>16, int8(red))
		row[x] = pixel&0xff00ff00 | uint32(red)<<16 | uint32(blue)
	}
	return row
}

func part(factor uint32, colour int8) byte { return byte(int32(int8(factor)) * int32(colour) >> 5) }

type greenAdded struct{}

func (greenAdded) undo(row []uint32, _ int) []uint32 {
	for x, pixel := range row {
		green := pixel >> 8 & 255
		row[x] = pixel&0xff00ff00 | (pixel&0x00ff0000+green<<16)&0x00ff0000 | (pixel+green)&255
	}
	return row
}

// palette has the colours of indexes, several of which may be in one pixel.
type palette struct {
	colours [256]uint32
	shift   int
	out     []uint32
}

func newPalette(colours []uint32, width int) (transform, int, error) {
	p := &palette{out: make([]uint32, width)}
	var sum uint32
	for i, c := range colours {
		sum = added(sum, c)
		p.colours[i] = sum
	}
	switch n := len(colours); {
	case n <= 2:
		p.shift = 3
	case n <= 4:
		p.shift = 2
	case n <= 16:
		p.shift = 1
	}
	return p, squares(width, p.shift), nil
}

func (p *palette) undo(row []uint32, _ int) []uint32 {
	depth := 8 >> p.shift
	inPixel, mask := 1<<p.shift-1, uint32(1)<<depth-1
	for x := range p.out {
		packed := row[x>>p.shift] >> 8 & 255
		p.out[x] = p.colours[packed>>(depth*(x&inPixel))&mask]
	}
	return p.out
}

// added adds each of the four bytes for itself.
func added(a, b uint32) uint32 {
	return (a&0xff00ff00+b&0xff00ff00)&0xff00ff00 | (a&0x00ff00ff+b&0x00ff00ff)&0x00ff00ff
}
