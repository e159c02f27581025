package jpegrows

import (
	"errors"
	"fmt"
)

// ErrBroken is data that is no JPEG that is read here, or not all of one.
var ErrBroken = errors.New("jpegrows: broken data")

func broken(what string, values ...any) error {
	return fmt.Errorf("%w: "+what, append([]any{ErrBroken}, values...)...)
}

// bits reads a scan's data, highest bit first, up to a marker. Behind that there
// are zeros, and over says so.
type bits struct {
	data []byte
	held uint64
	// count bits are held, lent of which are from behind the end.
	count, lent int
}

// fill makes at least 49 bits there.
func (b *bits) fill() {
	for b.count <= 48 {
		b.held = b.held<<8 | uint64(b.nextByte())
		b.count += 8
	}
}

func (b *bits) nextByte() byte {
	const stuffed = 2
	if len(b.data) == 0 || b.data[0] == markFill && (len(b.data) < stuffed || b.data[1] != 0) {
		b.lent += 8
		return 0
	}
	value := b.data[0]
	if value == markFill {
		b.data = b.data[1:]
	}
	b.data = b.data[1:]
	return value
}

// over says whether more was read than there is.
func (b *bits) over() bool { return b.lent > b.count }

// read takes n bits, at most 16.
func (b *bits) read(n int) int {
	if b.count < n {
		b.fill()
	}
	b.count -= n
	return int(b.held >> b.count & (1<<n - 1))
}

// signed takes a number of n bits (ITU T.81, F.2.2.1, "EXTEND").
func (b *bits) signed(n int) int32 {
	if n == 0 {
		return 0
	}
	value := b.read(n)
	if value < 1<<(n-1) {
		value += 1 - 1<<n
	}
	return int32(value)
}

// restart goes on behind the next restart marker.
func (b *bits) restart() error {
	b.held, b.count, b.lent = 0, 0, 0
	for len(b.data) > 1 && b.data[0] == markFill && b.data[1] == markFill {
		b.data = b.data[1:]
	}
	if len(b.data) < 2 || b.data[0] != markFill || b.data[1] < markRestart || b.data[1] > markRestart+7 {
		return broken("no restart marker")
	}
	b.data = b.data[2:]
	return nil
}
