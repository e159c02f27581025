package feed

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// An entry of a stored feed is the second of a post's creation in four bytes and
// its id in as many as it needs, four at least, the highest byte first. So it
// takes ten bytes of a list: eight, and two of the list's own.
const (
	secondBytes = 4
	leastBytes  = secondBytes + 4
)

// bottom is the entry below all others, which says that nothing older exists.
var bottom = packEntry(timeline.FeedEntry{CreatedAt: time.Unix(0, 0)})

// fence stands in a list behind what is in order; what was pushed since stands
// behind it. It is greater than the entry of any post.
var fence = packEntry(timeline.FeedEntry{CreatedAt: time.Unix(math.MaxUint32, 0)})

func packEntry(entry timeline.FeedEntry) string {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(entry.PostID))
	start := 0
	for start < secondBytes && id[start] == 0 {
		start++
	}
	out := binary.BigEndian.AppendUint32(make([]byte, 0, leastBytes), uint32(entry.CreatedAt.Unix())) // until 2106
	return string(append(out, id[start:]...))
}

// unpackEntry reads what packEntry wrote; ok is false for anything else.
func unpackEntry[T string | []byte](packed T) (entry timeline.FeedEntry, ok bool) {
	if len(packed) < leastBytes || len(packed) > leastBytes+secondBytes {
		return entry, false
	}
	var id uint64
	for i := secondBytes; i < len(packed); i++ {
		id = id<<8 | uint64(packed[i]) //nolint:mnd // a byte
	}
	var second int64
	for i := range secondBytes {
		second = second<<8 | int64(packed[i]) //nolint:mnd // a byte
	}
	return timeline.FeedEntry{PostID: timeline.PostID(id), CreatedAt: time.Unix(second, 0).UTC()}, true
}

// oldestFirst are entries in the order of a stored feed: by second, then by id.
func oldestFirst(entries []timeline.FeedEntry) []timeline.FeedEntry {
	return slices.SortedFunc(slices.Values(entries), func(a, b timeline.FeedEntry) int {
		return cmp.Or(cmp.Compare(a.CreatedAt.Unix(), b.CreatedAt.Unix()), cmp.Compare(a.PostID, b.PostID))
	})
}
