package pngrows

import (
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

// pass is one of the pictures that a PNG consists of: each dx-th pixel of each
// dy-th row. One that is not interlaced has one pass.
type pass struct {
	x, y, dx, dy int
	cols, rows   int
	from         io.Reader
	row, above   []byte
	filter       [1]byte
}

// openPasses opens each at its begin.
func openPasses(s stored) ([]*pass, error) {
	grid := [][4]int{{0, 0, 1, 1}}
	if s.header.interlaced {
		grid = [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
	}
	var passes []*pass
	var begin int64
	for _, g := range grid {
		p := &pass{x: g[0], y: g[1], dx: g[2], dy: g[3]}
		p.cols, p.rows = steps(s.header.width, p.x, p.dx), steps(s.header.height, p.y, p.dy)
		if p.cols == 0 || p.rows == 0 {
			continue
		}
		if err := p.open(s, begin); err != nil {
			return nil, err
		}
		begin += int64(p.rows) * int64(1+len(p.row))
		passes = append(passes, p)
	}
	return passes, nil
}

// steps is how often one can step from first by step below end.
func steps(end, first, step int) int { return max(0, (end-first+step-1)/step) }

func (p *pass) open(s stored, begin int64) error {
	size := s.header.rowBytes(p.cols)
	p.row, p.above = make([]byte, size), make([]byte, size)
	inflater, err := zlib.NewReader(&idat{rest: s.pixels})
	if err != nil {
		return broken(err)
	}
	if _, err := io.CopyN(io.Discard, inflater, begin); err != nil {
		return broken(err)
	}
	p.from = inflater
	return nil
}

func broken(err error) error { return fmt.Errorf("%w: %w", ErrBroken, err) }

// next reads a row and takes its filter away. pixel is how many bytes back the
// pixel before begins (PNG specification, 9.2).
func (p *pass) next(pixel int) error {
	p.row, p.above = p.above, p.row
	if _, err := io.ReadFull(p.from, p.filter[:]); err != nil {
		return broken(err)
	}
	if _, err := io.ReadFull(p.from, p.row); err != nil {
		return broken(err)
	}
	switch row, above := p.row, p.above; p.filter[0] {
	case 0:
	case 1:
		for i := pixel; i < len(row); i++ {
			row[i] += row[i-pixel]
		}
	case 2:
		for i, up := range above {
			row[i] += up
		}
	case 3:
		for i, up := range above {
			left := 0
			if i >= pixel {
				left = int(row[i-pixel])
			}
			row[i] += byte((left + int(up)) / 2)
		}
	case 4:
		unPaeth(row, above, pixel)
	default:
		return fmt.Errorf("%w: filter %d", ErrBroken, p.filter[0])
	}
	return nil
}

func unPaeth(row, above []byte, pixel int) {
	first := min(pixel, len(row))
	for i := range first {
		row[i] += above[i]
	}
	for i := first; i < len(row); i++ {
		a, b, c := int(row[i-pixel]), int(above[i]), int(above[i-pixel])
		toA, toB, toC := b-c, a-c, a+b-2*c
		toA, toB, toC = max(toA, -toA), max(toB, -toB), max(toC, -toC)
		switch {
		case toA <= toB && toA <= toC:
			row[i] += byte(a)
		case toB <= toC:
			row[i] += byte(b)
		default:
			row[i] += byte(c)
		}
	}
}

// close checks that nothing follows, and the checksum of all that was inflated.
func (p *pass) close() error {
	switch _, err := io.ReadFull(p.from, p.filter[:]); {
	case err == nil:
		return fmt.Errorf("%w: too many rows", ErrBroken)
	case !errors.Is(err, io.EOF):
		return broken(err)
	}
	return nil
}

// place puts the pass's row into the whole one.
func (p *pass) place(whole []byte, bits int) {
	if p.dx == 1 {
		copy(whole, p.row)
		return
	}
	if bits < 8 {
		for i := range p.cols {
			from, to := i*bits, (p.x+i*p.dx)*bits
			mask := byte(1<<bits - 1)
			value := p.row[from/8] >> (8 - bits - from%8) & mask
			shift := 8 - bits - to%8
			whole[to/8] = whole[to/8]&^(mask<<shift) | value<<shift
		}
		return
	}
	size := bits / 8
	for i := range p.cols {
		to := (p.x + i*p.dx) * size
		copy(whole[to:to+size], p.row[i*size:])
	}
}
