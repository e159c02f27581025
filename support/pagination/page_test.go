package pagination_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/pagination"
)

func wire(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

func TestEmptyScrollPageOnTheWire(t *testing.T) {
	t.Parallel()
	page := pagination.NewScrollPage[string](pagination.Request{Size: 20}, nil, false, "")
	require.Equal(t, `{"content":[],"page":0,"size":20,"hasNext":false,"nextCursor":null}`, wire(t, page))
}

func TestEmptyPageOnTheWire(t *testing.T) {
	t.Parallel()
	page := pagination.NewPage[string](pagination.Request{Size: 20}, nil, 0)
	require.Equal(t, `{"content":[],"page":0,"size":20,"totalElements":0,"totalPages":0,"hasNext":false,"hasPrevious":false,"first":true,"last":true}`, wire(t, page))
}

func TestHasNextIsExact(t *testing.T) {
	t.Parallel()
	request := pagination.Request{Size: 3}
	for found, want := range map[int]struct {
		rows    int
		hasNext bool
	}{0: {0, false}, 2: {2, false}, 3: {3, false}, 4: {3, true}} {
		rows, hasNext := pagination.Cut(request, make([]int, found))
		require.Len(t, rows, want.rows)
		require.Equal(t, want.hasNext, hasNext)
	}
}

func TestNextCursorIsGivenOnlyWhereSomethingFollows(t *testing.T) {
	t.Parallel()
	request := pagination.Request{Size: 1}
	require.Nil(t, pagination.NewScrollPage(request, []int{1}, false, "c").NextCursor)
	require.Equal(t, "c", *pagination.NewScrollPage(request, []int{1}, true, "c").NextCursor)
	require.Nil(t, pagination.NewScrollPage(request, []int{1}, true, "").NextCursor)
}

func TestScrollingByCursorSeesEachRowOnceWhileRowsAreAdded(t *testing.T) {
	t.Parallel()
	sealer, scope := newSealer(t), pagination.Scope{"posts"}
	newest := int64(50) // ids 1..newest, newest first
	find := func(request pagination.Request) (found []int64) {
		from := newest
		if request.After != nil {
			from = request.After.Numbers[0] - 1
		}
		for id := from; id >= 1 && len(found) < request.Fetch(); id-- {
			found = append(found, id)
		}
		return found
	}

	var seen []int64
	raw, pages := "size=7", 0
	for raw != "" {
		request, err := sealer.ParseScroll(query(t, raw), defaults, scope)
		require.NoError(t, err)
		require.Equal(t, pages, request.Page)
		rows, hasNext := pagination.Cut(request, find(request))
		seen = append(seen, rows...)
		newest += 3 // others write meanwhile
		pages++
		raw = ""
		if hasNext {
			raw = "size=7&cursor=" + sealer.NextCursor(request, scope, pagination.Position{Numbers: []int64{rows[len(rows)-1]}})
		}
	}
	require.Len(t, seen, 50)
	require.Equal(t, 8, pages)
	for i, id := range seen {
		require.Equal(t, int64(50-i), id)
	}
}

func TestPageTotals(t *testing.T) {
	t.Parallel()
	type want struct {
		pages                             int
		hasNext, hasPrevious, first, last bool
	}
	for _, c := range []struct {
		page, size int
		total      int64
		want       want
	}{
		{0, 10, 1, want{1, false, false, true, true}},
		{0, 10, 10, want{1, false, false, true, true}},
		{0, 10, 11, want{2, true, false, true, false}},
		{1, 10, 11, want{2, false, true, false, true}},
		{1, 10, 30, want{3, true, true, false, false}},
		{7, 10, 30, want{3, false, true, false, true}},
	} {
		got := pagination.NewPage(pagination.Request{Page: c.page, Size: c.size}, []int{1}, c.total)
		require.Equal(t, c.want, want{got.TotalPages, got.HasNext, got.HasPrevious, got.First, got.Last}, "%+v", c)
		require.Equal(t, c.total, got.TotalElements)
	}
}
