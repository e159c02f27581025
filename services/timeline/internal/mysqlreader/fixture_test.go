package mysqlreader_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/contenttest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/mysqlreader"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// now is the time of all tests.
var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// house is content's tables and a reader that may only read them.
type house struct {
	contenttest.Tables
	reader *mysqlreader.Reader
}

func newHouse(t *testing.T) house {
	t.Helper()
	tables := contenttest.New(t)
	pool := contenttest.Open(t, tables.Reader(t, mysqlreader.Tables()), 0)
	return house{tables, mysqlreader.New(pool, clock)}
}

// crowd is posts with many ties in everything that lists are ordered by.
func crowd(n int) []contenttest.Post {
	random := rand.New(rand.NewPCG(1, 2))
	posts := make([]contenttest.Post, n)
	for i := range posts {
		created := now.Add(-time.Duration(random.IntN(n/3)) * time.Minute)
		posts[i] = contenttest.Post{
			ID: int64(i + 1), Author: int64(random.IntN(7) + 1), CreatedAt: created,
			Views: int64(random.IntN(4)), Likes: int64(random.IntN(3)), Comments: int64(random.IntN(3)),
			LastActivityAt: created.Add(time.Duration(random.IntN(3)) * time.Minute), Deleted: random.IntN(10) == 0,
		}
	}
	return posts
}

// idsWhere are the live posts that match, in the order of keys, highest first.
func idsWhere(posts []contenttest.Post, match func(contenttest.Post) bool, keyOf func(contenttest.Post) timeline.Key) []int64 {
	var chosen []contenttest.Post
	for _, p := range posts {
		if !p.Deleted && match(p) {
			chosen = append(chosen, p)
		}
	}
	slices.SortFunc(chosen, func(a, b contenttest.Post) int { return keyOf(b).Compare(keyOf(a)) })
	ids := make([]int64, len(chosen))
	for i, p := range chosen {
		ids[i] = p.ID
	}
	return ids
}

func newest(p contenttest.Post) timeline.Key { return timeline.Key{At: p.CreatedAt, ID: p.ID} }

// list is one of the reader's lists.
type list[T any] struct {
	fetch func(slice timeline.Slice) ([]T, error)
	idOf  func(T) int64
	keyOf func(T) timeline.Key
}

// byCursor reads the whole list from page to page.
func (l list[T]) byCursor(t *testing.T, size int) []int64 {
	t.Helper()
	var ids []int64
	slice := timeline.Slice{Limit: size}
	for {
		rows, err := l.fetch(slice)
		require.NoError(t, err)
		require.LessOrEqual(t, len(rows), size)
		for _, row := range rows {
			ids = append(ids, l.idOf(row))
		}
		if len(rows) < size {
			return ids
		}
		key := l.keyOf(rows[size-1])
		slice = timeline.Slice{Limit: size, After: &key}
	}
}

// byNumber reads the whole list by page numbers.
func (l list[T]) byNumber(t *testing.T, size int) []int64 {
	t.Helper()
	var ids []int64
	for page := 0; ; page++ {
		rows, err := l.fetch(timeline.Slice{Limit: size, Skip: page * size})
		require.NoError(t, err)
		for _, row := range rows {
			ids = append(ids, l.idOf(row))
		}
		if len(rows) < size {
			return ids
		}
	}
}

func (l list[T]) requireBoth(t *testing.T, wanted []int64, size int) {
	t.Helper()
	require.NotEmpty(t, wanted)
	require.Equal(t, wanted, l.byCursor(t, size), "by cursor")
	require.Equal(t, wanted, l.byNumber(t, size), "by page number")
}

func postID(p timeline.Post) int64 { return int64(p.ID) }

func postNewest(p timeline.Post) timeline.Key { return timeline.Key{At: p.CreatedAt, ID: int64(p.ID)} }

func commentID(c timeline.Comment) int64 { return int64(c.ID) }

func commentKey(c timeline.Comment) timeline.Key {
	return timeline.Key{At: c.CreatedAt, ID: int64(c.ID)}
}

func entryIDs(entries []timeline.FeedEntry) []int64 {
	ids := make([]int64, len(entries))
	for i, e := range entries {
		ids[i] = int64(e.PostID)
	}
	return ids
}
