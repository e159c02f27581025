package jpegrows

import "encoding/binary"

// Colours says what the components of a picture are.
type Colours uint8

// The kinds of pictures; the zero value is one of a single component.
const (
	Grey Colours = iota
	YCbCr
	RGB
	// CMYK and YCCK are inks, inverted as Adobe writes them.
	CMYK
	YCCK
)

// Frame is what is known of a picture before its first row.
type Frame struct {
	Width, Height int
	Colours       Colours
	// Components have rows of their own.
	Components []Component

	progressive     bool
	widest, highest int
	across, down    int // units of coding
}

// Component is one of up to four pictures that make up the whole.
type Component struct {
	// Width and Height are those of the whole or less.
	Width, Height int

	id              byte
	h, v            int
	quantID         byte
	quant           *[64]int32
	blocks          int // in a row of units, each of which has v rows of them
	blocksW, blockH int // that the picture covers
	coefficients    []block
}

type block [64]int32

const blockSide = 8

func (p *parser) readFrame(marker byte, body []byte) error {
	const fixed, each, precision = 6, 3, 8
	if p.frame != nil || len(body) < fixed || body[0] != precision {
		return broken("frame")
	}
	f := &Frame{
		Height: int(binary.BigEndian.Uint16(body[1:])), Width: int(binary.BigEndian.Uint16(body[3:])),
		progressive: marker == markProg, widest: 1, highest: 1,
	}
	count := int(body[5])
	if f.Width == 0 || f.Height == 0 || count != 1 && count != 3 && count != 4 || len(body) != fixed+each*count {
		return broken("a frame of %d × %d and %d components", f.Width, f.Height, count)
	}
	for rest := body[fixed:]; len(rest) > 0; rest = rest[each:] {
		c := Component{id: rest[0], h: int(rest[1] >> 4), v: int(rest[1] & 15), quantID: rest[2]}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.quantID > 3 {
			return broken("a component")
		}
		for _, other := range f.Components {
			if other.id == c.id {
				return broken("a component twice")
			}
		}
		if count == 1 {
			c.h, c.v = 1, 1
		}
		f.widest, f.highest = max(f.widest, c.h), max(f.highest, c.v)
		f.Components = append(f.Components, c)
	}
	f.measure()
	p.frame = f
	return nil
}

// measure says how many blocks there are (ITU T.81, A.1 and A.2).
func (f *Frame) measure() {
	up := func(a, b int) int { return (a + b - 1) / b }
	f.across, f.down = up(f.Width, blockSide*f.widest), up(f.Height, blockSide*f.highest)
	for i := range f.Components {
		c := &f.Components[i]
		c.Width, c.Height = up(f.Width*c.h, f.widest), up(f.Height*c.v, f.highest)
		c.blocks = f.across * c.h
		c.blocksW, c.blockH = up(c.Width, blockSide), up(c.Height, blockSide)
	}
}

// colours are told by the number and names of components, and by Adobe's segment.
func (p *parser) colours() (Colours, error) {
	ids := make([]byte, len(p.frame.Components))
	for i, c := range p.frame.Components {
		ids[i] = c.id
	}
	names := string(ids)
	switch {
	case len(p.frame.Components) == 1:
		return Grey, nil
	case len(p.frame.Components) == 3 && (p.adobe == 0 || p.adobe < 0 && names == "RGB"):
		return RGB, nil
	case len(p.frame.Components) == 3:
		return YCbCr, nil
	case p.adobe == 0:
		return CMYK, nil
	case p.adobe > 0:
		return YCCK, nil
	}
	return Grey, broken("four components that nothing names")
}
