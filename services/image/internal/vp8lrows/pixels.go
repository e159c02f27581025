package vp8lrows

const (
	literals, lengthCodes, distanceCodes = 256, 24, 40
	// furthest is how far back a pixel is repeated from, and a row of neighbours.
	furthest = 1 << 20
)

// group are the codes of a part of a picture: green and lengths, red, blue,
// alpha, distances.
type group [5]*code

// pixels are the coded pixels of a picture, in the order of its rows, of 0xAARRGGBB.
type pixels struct {
	from          *bits
	width, height int
	cache         []uint32
	cacheShift    int
	groups        []group
	// parts says which group is used in each square of 1<<partBits.
	parts    []uint16
	partBits int
	ring     []uint32
}

// openPixels reads what comes before a picture's pixels. Only that of the whole
// picture is divided into parts.
func openPixels(b *bits, width, height int, divided bool) (*pixels, error) {
	p := &pixels{from: b, width: width, height: height}
	colours := 0
	if b.flag() {
		n := int(b.read(4))
		if n < 1 || n > 11 {
			return nil, broken("size of the cache")
		}
		colours, p.cacheShift = 1<<n, 32-n
		p.cache = make([]uint32, colours)
	}
	count := 1
	mapping := []int{0}
	if divided && b.flag() {
		var err error
		if mapping, err = p.readParts(); err != nil {
			return nil, err
		}
		count = 0
		for _, to := range mapping {
			count = max(count, to+1)
		}
	}
	p.groups = make([]group, count)
	for _, to := range mapping {
		g, err := readGroup(b, colours)
		if err != nil {
			return nil, err
		}
		if to >= 0 {
			p.groups[to] = g
		}
	}
	size := 1
	for size < min(width*height, furthest+8*width) {
		size <<= 1
	}
	p.ring = make([]uint32, size)
	return p, nil
}

// mostGroups is what libwebp and x/image take, too.
const mostGroups = 2600

// readParts reads which group is used where, and returns for each that is
// written where it is kept; -1 is one that nobody uses.
func (p *pixels) readParts() (mapping []int, err error) {
	p.partBits = 2 + int(p.from.read(3))
	p.parts, err = readSmall(p.from, squares(p.width, p.partBits), squares(p.height, p.partBits), func(pixel uint32) uint16 { return uint16(pixel >> 8) })
	if err != nil {
		return nil, err
	}
	kept := 0
	for i, part := range p.parts {
		if part >= mostGroups {
			return nil, broken("too many codes")
		}
		for len(mapping) <= int(part) {
			mapping = append(mapping, -1)
		}
		if mapping[part] < 0 {
			mapping[part] = kept
			kept++
		}
		p.parts[i] = uint16(mapping[part])
	}
	return mapping, nil
}

// squares is how many of 1<<n there are in a length.
func squares(length, n int) int { return (length + 1<<n - 1) >> n }

func readGroup(b *bits, colours int) (g group, err error) {
	for i, symbols := range [len(g)]int{literals + lengthCodes + colours, literals, literals, literals, distanceCodes} {
		if g[i], err = readCode(b, symbols); err != nil {
			return g, err
		}
		if b.over() {
			return g, broken("it ends in its codes")
		}
	}
	return g, nil
}

// readSmall reads a whole picture that a transform or the parts are kept in, and
// what is needed of each pixel.
func readSmall[T any](b *bits, width, height int, needed func(pixel uint32) T) ([]T, error) {
	p, err := openPixels(b, width, height, false)
	if err != nil {
		return nil, err
	}
	out := make([]T, 0, width*height)
	err = p.each(func(row []uint32) error {
		for _, pixel := range row {
			out = append(out, needed(pixel))
		}
		return nil
	})
	return out, err
}

// each calls visit with each row of coded pixels.
func (p *pixels) each(visit func(row []uint32) error) error {
	var g *group
	row := make([]uint32, p.width)
	total, mask := p.width*p.height, len(p.ring)-1
	inPart := 1<<p.partBits - 1
	for at, x := 0, 0; at < total; {
		if g == nil || p.parts != nil && x&inPart == 0 {
			g = p.groupAt(x, at/p.width)
		}
		symbol := g[0].next(p.from)
		times, back := 1, 0
		switch {
		case symbol < literals:
			p.keep(at, p.literal(g, symbol))
		case symbol < literals+lengthCodes:
			times = p.value(symbol - literals)
			back = p.distance(p.value(g[4].next(p.from)))
			if back > at || times > total-at {
				return broken("a repetition from outside")
			}
		case symbol-literals-lengthCodes < len(p.cache):
			p.ring[at&mask] = p.cache[symbol-literals-lengthCodes]
		default:
			return broken("a symbol that there is not")
		}
		if p.from.over() {
			return broken("it ends in its pixels")
		}
		for ; times > 0; times-- {
			if back > 0 {
				p.keep(at, p.ring[(at-back)&mask])
			}
			row[x] = p.ring[at&mask]
			at++
			if x++; x == p.width {
				x, g = 0, nil
				if err := visit(row); err != nil {
					return err
				}
			}
		}
		if back > 0 {
			g = nil
		}
	}
	return nil
}

func (p *pixels) groupAt(x, y int) *group {
	if p.parts == nil {
		return &p.groups[0]
	}
	return &p.groups[p.parts[(y>>p.partBits)*squares(p.width, p.partBits)+x>>p.partBits]]
}

func (p *pixels) literal(g *group, green int) uint32 {
	red, blue := g[1].next(p.from), g[2].next(p.from)
	alpha := g[3].next(p.from)
	return uint32(alpha)<<24 | uint32(red)<<16 | uint32(green)<<8 | uint32(blue)
}

// keep remembers a pixel.
func (p *pixels) keep(at int, pixel uint32) {
	p.ring[at&(len(p.ring)-1)] = pixel
	if p.cache != nil {
		p.cache[pixel*0x1e35a7bd>>p.cacheShift] = pixel
	}
}

// value is a length or distance by its code.
func (p *pixels) value(symbol int) int {
	if symbol < 4 {
		return symbol + 1
	}
	extra := (symbol - 2) >> 1
	return (2+symbol&1)<<extra + int(p.from.read(extra)) + 1
}

// distance is how many pixels back; the first 120 are places near by.
func (p *pixels) distance(value int) int {
	if value > len(near) {
		return value - len(near)
	}
	place := near[value-1]
	return max(1, int(place[1])*p.width+int(place[0]))
}
