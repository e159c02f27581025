package vp8lrows

import (
	"errors"
	"fmt"
)

// ErrBroken is data that is no lossless picture, or not all of one.
var ErrBroken = errors.New("vp8lrows: broken data")

func broken(what string) error { return fmt.Errorf("%w: %s", ErrBroken, what) }

// bits reads numbers, lowest bit first. Behind the end there are zeros, and
// over says so.
type bits struct {
	data  []byte
	held  uint64
	count int
	// lent are bits from behind the end that were taken in.
	lent int
	// unsorted says that a code of two symbols was written in another order than
	// theirs, for tests: x/image gives the first one the word 0.
	unsorted bool
}

// fill makes at least 56 bits there.
func (b *bits) fill() {
	for b.count <= 56 {
		if len(b.data) > 0 {
			b.held |= uint64(b.data[0]) << b.count
			b.data = b.data[1:]
		} else {
			b.lent += 8
		}
		b.count += 8
	}
}

// over says whether more was read than there is.
func (b *bits) over() bool { return b.lent > b.count }

// read takes n bits, at most 32.
func (b *bits) read(n int) uint32 {
	b.fill()
	value := uint32(b.held & (1<<n - 1))
	b.skip(n)
	return value
}

func (b *bits) skip(n int) {
	b.held >>= n
	b.count -= n
}

// flag takes a bit.
func (b *bits) flag() bool { return b.read(1) == 1 }
