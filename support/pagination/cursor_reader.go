package pagination

import (
	"encoding/binary"
	"fmt"
	"math"
)

// decodePosition reads a payload whose seal matched. It still checks each
// bound: the key may have sealed another format once.
func decodePosition(payload []byte) (Position, error) {
	if payload[0] != formatCursor {
		return Position{}, fmt.Errorf("%w: format %d", ErrBadCursor, payload[0])
	}
	r := reader{rest: payload[1:]}
	page := r.uvarint()
	position := Position{Numbers: r.numbers(), Texts: r.texts()}
	if r.broken || len(r.rest) > 0 || page > math.MaxInt32 {
		return Position{}, fmt.Errorf("%w: payload is broken", ErrBadCursor)
	}
	position.Page = int(page)
	return position, nil
}

// reader takes values off rest until one is broken, and then only zeros.
type reader struct {
	rest   []byte
	broken bool
}

func (r *reader) uvarint() uint64 {
	value, n := binary.Uvarint(r.rest)
	return take(r, value, n)
}

func (r *reader) varint() int64 {
	value, n := binary.Varint(r.rest)
	return take(r, value, n)
}

func take[N uint64 | int64](r *reader, value N, n int) N {
	if n <= 0 {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return value
}

// count is a number of things that each take at least a byte of rest.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.broken, r.rest = true, nil
		return 0
	}
	return int(n)
}

func (r *reader) numbers() (out []int64) {
	for range r.count() {
		out = append(out, r.varint())
	}
	return out
}

func (r *reader) texts() (out []string) {
	for range r.count() {
		n := r.count()
		out = append(out, string(r.rest[:n]))
		r.rest = r.rest[n:]
	}
	return out
}
