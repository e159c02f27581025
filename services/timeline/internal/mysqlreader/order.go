package mysqlreader

import (
	"slices"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// order is the columns of an index behind those that a query fixes: the last is
// the id, the one before it a time, and before that there may be a rank.
type order struct {
	rank, at, id string
	ascending    bool
}

func (o order) columns() []string {
	if o.rank == "" {
		return []string{o.at, o.id}
	}
	return []string{o.rank, o.at, o.id}
}

func (o order) values(key timeline.Key) []any {
	if o.rank == "" {
		return []any{key.At, key.ID}
	}
	return []any{key.Rank, key.At, key.ID}
}

// addPage adds what stands behind the slice's key, the order and the bounds.
func (o order) addPage(s *statement, slice timeline.Slice) {
	if slice.After != nil {
		o.addAfter(s, *slice.After)
	}
	direction := " DESC"
	if o.ascending {
		direction = ""
	}
	var text strings.Builder
	text.WriteString("ORDER BY ")
	for i, column := range o.columns() {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(column + direction)
	}
	s.add(text.String()+" LIMIT ? OFFSET ?", slice.Limit, slice.Skip)
}

// addAfter adds a condition that the server reads as disjoint ranges of the
// index, one for each column: so a page begins where the one before ended,
// however many rows share its rank. A comparison of tuples would not do: it is
// not used as a range.
func (o order) addAfter(s *statement, after timeline.Key) {
	behind := " < ?"
	if o.ascending {
		behind = " > ?"
	}
	columns, values := o.columns(), o.values(after)
	text, equal := "AND (", ""
	var args []any
	for i, column := range columns {
		if i > 0 {
			text += " OR "
		}
		text += "(" + equal + column + behind + ")"
		args = append(append(args, values[:i]...), values[i])
		equal += column + " = ? AND "
	}
	s.add(text+")", args...)
}

// addAfterOfDay is addAfter, descending, for the rows of one UTC day. All but the
// key's own day are on one side of its time, so the rank decides: one range instead
// of three, of which a window of thirty days would have ninety.
func (o order) addAfterOfDay(s *statement, after timeline.Key, day time.Time) {
	switch of := after.At.UTC().Truncate(wholeDay); {
	case day.After(of):
		s.add("AND "+o.rank+" < ?", after.Rank)
	case day.Before(of):
		s.add("AND "+o.rank+" <= ?", after.Rank)
	default:
		o.addAfter(s, after)
	}
}

// sorted puts rows in the order of their keys.
func sorted[T any](rows []T, ascending bool, keyOf func(T) timeline.Key) []T {
	slices.SortFunc(rows, func(a, b T) int {
		if ascending {
			return keyOf(a).Compare(keyOf(b))
		}
		return keyOf(b).Compare(keyOf(a))
	})
	return rows
}
