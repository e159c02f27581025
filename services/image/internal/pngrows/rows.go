package pngrows

import (
	"encoding/binary"
	"fmt"
)

// Each calls visit with each row, from the top, as premultiplied RGBA of one
// byte each. The row is visit's until it returns. Fails with ErrBroken, and with
// what visit fails with, which ends it; visit has then been called for the rows before.
func Each(data []byte, visit func(row []byte) error) error {
	s, err := readChunks(data)
	if err != nil {
		return err
	}
	convert, err := s.converter()
	if err != nil {
		return err
	}
	passes, err := openPasses(s)
	if err != nil {
		return err
	}
	pixel := max(1, s.header.bits()/8)
	whole, out := make([]byte, s.header.rowBytes(s.header.width)), make([]byte, 4*s.header.width)
	for y := range s.header.height {
		for _, p := range passes {
			if y < p.y || (y-p.y)%p.dy != 0 {
				continue
			}
			if err := p.next(pixel); err != nil {
				return err
			}
			p.place(whole, s.header.bits())
		}
		convert(whole, out)
		if err := visit(out); err != nil {
			return err
		}
	}
	return passes[len(passes)-1].close()
}

// converter makes RGBA of a row.
func (s stored) converter() (func(row, out []byte), error) {
	if s.pixels == nil {
		return nil, fmt.Errorf("%w: no pixels", ErrBroken)
	}
	h := s.header
	if h.kind == indexed || h.kind == grey && h.depth <= 8 {
		table, err := s.colours()
		return func(row, out []byte) { lookUp(row, out, h.depth, table) }, err
	}
	key := make([]uint32, 0, 3)
	if h.kind == grey || h.kind == rgb {
		for rest := s.key; len(rest) >= 2 && len(key) < h.samples(); rest = rest[2:] {
			value := uint32(binary.BigEndian.Uint16(rest))
			if h.depth == 8 {
				value = value & 255 * 257
			}
			key = append(key, value)
		}
	}
	return func(row, out []byte) { h.readSamples(row, out, key) }, nil
}

// colours are those of each index, premultiplied.
func (s stored) colours() (table [256][4]byte, err error) {
	const entry = 3
	for i := range table {
		table[i] = [4]byte{0, 0, 0, 255}
	}
	if s.header.kind == grey {
		most := 1<<s.header.depth - 1
		for i := range min(most+1, len(table)) {
			v := byte(i * 255 / most)
			table[i] = [4]byte{v, v, v, 255}
		}
		if len(s.key) >= 2 {
			table[binary.BigEndian.Uint16(s.key)&uint16(most)] = [4]byte{}
		}
		return table, nil
	}
	if n := len(s.palette); n == 0 || n%entry != 0 || n/entry > 1<<s.header.depth {
		return table, fmt.Errorf("%w: a palette of %d bytes", ErrBroken, n)
	}
	for i := range len(s.palette) / entry {
		alpha := uint32(255)
		if i < len(s.key) {
			alpha = uint32(s.key[i])
		}
		for c := range entry {
			table[i][c] = byte(uint32(s.palette[entry*i+c]) * 257 * alpha / 255 >> 8)
		}
		table[i][3] = byte(alpha)
	}
	return table, nil
}

func lookUp(row, out []byte, depth int, table [256][4]byte) {
	mask := byte(1<<depth - 1)
	for i := range len(out) / 4 {
		at := i * depth
		index := row[at/8] >> (8 - depth - at%8) & mask
		copy(out[4*i:4*i+4], table[index][:])
	}
}

// readSamples reads pixels of several numbers, or of 16 bits. A pixel that is
// key is transparent.
func (h header) readSamples(row, out []byte, key []uint32) {
	n, size := h.samples(), h.depth/8
	var v [4]uint32
	for ; len(out) >= 4; row, out = row[n*size:], out[4:] {
		for c := range n {
			if size == 1 {
				v[c] = uint32(row[c]) * 257
			} else {
				v[c] = uint32(row[2*c])<<8 | uint32(row[2*c+1])
			}
		}
		r, g, b, a := v[0], v[1], v[2], uint32(65535)
		if n <= 2 {
			g, b = r, r
		}
		if n%2 == 0 {
			a = v[n-1] //nolint:gosec // n is 1 to 4 (2026-11-21)
		} else if len(key) == n && key[0] == r && (n == 1 || key[1] == g && key[2] == b) {
			a = 0
		}
		if a != 65535 {
			r, g, b = r*a/65535, g*a/65535, b*a/65535
		}
		out[0], out[1], out[2], out[3] = byte(r>>8), byte(g>>8), byte(b>>8), byte(a>>8)
	}
}
