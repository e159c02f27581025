package timeline

import (
	"cmp"
	"time"
)

// Key is where a row stands in its list: by Rank, then At, then ID, all of them
// descending or all of them ascending. Lists without a rank have 0.
type Key struct {
	Rank int64
	At   time.Time
	ID   int64
}

// Compare is negative where k stands lower than other.
func (k Key) Compare(other Key) int {
	return cmp.Or(cmp.Compare(k.Rank, other.Rank), k.At.Compare(other.At), cmp.Compare(k.ID, other.ID))
}

// Slice is the part of a list that is asked for.
type Slice struct {
	// Limit is how many rows it has at most.
	Limit int
	// Skip is how many rows lie before it; 0 with After.
	Skip int
	// After is the key of the last row before it; nil where Skip says it.
	After *Key
}

// withOneMore also asks for the row that tells whether another part follows.
func (s Slice) withOneMore() Slice {
	s.Limit++
	return s
}

// isStart says whether nothing lies before the slice.
func (s Slice) isStart() bool { return s.Skip == 0 && s.After == nil }

// Part is what a list has in a Slice.
type Part[T any] struct {
	Rows []T
	// More says whether another row follows.
	More bool
	// End is the key of the last row; where there is none it means nothing.
	End Key
}

// cut makes a part of what was found for slice.withOneMore.
func cut[T any](slice Slice, found []T, keyOf func(T) Key) Part[T] {
	part := Part[T]{Rows: found}
	if len(found) > slice.Limit {
		part.Rows, part.More = found[:slice.Limit], true
	}
	if len(part.Rows) > 0 {
		part.End = keyOf(part.Rows[len(part.Rows)-1])
	}
	return part
}
