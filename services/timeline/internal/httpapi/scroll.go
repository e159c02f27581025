package httpapi

import (
	"context"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

// scroll answers with a page of an endless list. scope names the list and all
// that selects its rows.
func scroll[V, T any](
	a *API, c *gin.Context, size int, scope pagination.Scope,
	list func(ctx context.Context, slice timeline.Slice) (timeline.Part[V], error), toRow func(V) T,
) (httpserver.Reply, error) {
	request, slice, err := a.readScroll(c, size, scope)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return showScroll(a, c, request, slice, scope, list, toRow)
}

// readScroll reads which part of an endless list is asked for.
func (a *API) readScroll(c *gin.Context, size int, scope pagination.Scope) (pagination.Request, timeline.Slice, error) {
	request, err := a.Cursors.ParseScroll(c.Request.URL.Query(), pagination.Defaults{Size: size}, scope)
	if err != nil {
		return request, timeline.Slice{}, err
	}
	slice, err := toSlice(request)
	return request, slice, err
}

func showScroll[V, T any](
	a *API, c *gin.Context, request pagination.Request, slice timeline.Slice, scope pagination.Scope,
	list func(ctx context.Context, slice timeline.Slice) (timeline.Part[V], error), toRow func(V) T,
) (httpserver.Reply, error) {
	part, err := list(c.Request.Context(), slice)
	if err != nil {
		return httpserver.Reply{}, err
	}
	next := ""
	if part.More {
		next = a.Cursors.NextCursor(request, scope, toPosition(part.End))
	}
	return httpserver.OK(pagination.NewScrollPage(request, mapped(part.Rows, toRow), part.More, next)), nil
}

// scopeOf names a list of a member, a post or whatever else it belongs to.
func scopeOf[ID ~int64](list string, of ID) pagination.Scope {
	return pagination.Scope{"timeline:" + list, strconv.FormatInt(int64(of), 10)}
}

func toSlice(request pagination.Request) (timeline.Slice, error) {
	slice := timeline.Slice{Limit: request.Size, Skip: request.Skip()}
	if request.After == nil {
		return slice, nil
	}
	key, ok := toKey(*request.After)
	if !ok { // sealed by an older version of this list
		return slice, apierr.Violated("cursor", "앞선 응답의 nextCursor 값이어야 합니다", "must be the nextCursor of an earlier answer")
	}
	slice.After = &key
	return slice, nil
}

// A position is a key's rank, time in microseconds, and id.
const keyNumbers = 3

func toPosition(key timeline.Key) pagination.Position {
	return pagination.Position{Numbers: []int64{key.Rank, key.At.UnixMicro(), key.ID}}
}

func toKey(position pagination.Position) (key timeline.Key, ok bool) {
	if len(position.Numbers) != keyNumbers {
		return key, false
	}
	return timeline.Key{Rank: position.Numbers[0], At: time.UnixMicro(position.Numbers[1]).UTC(), ID: position.Numbers[2]}, true
}

func mapped[V, T any](rows []V, toRow func(V) T) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = toRow(row)
	}
	return out
}
