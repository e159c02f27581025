package httpapi

import (
	"context"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

// listFollowingPosts is T1, which is most of what members ask for. The short way
// looks once into Redis, for the token and the page alike; what it cannot tell
// the long way does.
func (a *API) listFollowingPosts(c *gin.Context) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	caller, proof := a.Caller(ctx), a.ProofOf(ctx)
	scope := scopeOf("followings", caller)
	request, slice, err := a.readScroll(c, longPage, scope)
	if err != nil {
		if refused := proof.Check(ctx); refused != nil { // it comes first
			return httpserver.Reply{}, refused
		}
		return httpserver.Reply{}, err
	}
	page, found, err := a.Pages.Read(ctx, caller, slice, proof.Keys(), proof.Settle)
	if err != nil {
		return httpserver.Reply{}, err
	}
	if found {
		return a.replyHome(ctx, request, scope, page), nil
	}
	list := func(ctx context.Context, slice timeline.Slice) (timeline.Part[timeline.PostView], error) {
		return a.Home.List(ctx, caller, slice)
	}
	return showScroll(a, c, request, slice, scope, list, a.toPost)
}

func (a *API) replyHome(ctx context.Context, request pagination.Request, scope pagination.Scope, page timeline.Part[timeline.Card]) httpserver.Reply {
	memory, ok := a.sent.Get().(*[]byte)
	if !ok {
		memory = new([]byte)
	}
	out := slices.Grow((*memory)[:0], sizeOf(page.Rows))
	reply := httpserver.EndOK(a.encodeHome(ctx, out, request, scope, page))
	reply.Sent = func() {
		*memory = reply.Encoded
		a.sent.Put(memory)
	}
	return reply
}

// encodeHome appends a scroll page of stored posts, without taking them apart, and
// what comes before it in an answer.
func (a *API) encodeHome(ctx context.Context, out []byte, request pagination.Request, scope pagination.Scope, page timeline.Part[timeline.Card]) []byte {
	bylines := a.Bylines.of(ctx, page.Rows)
	out = append(httpserver.BeginOK(out), `{"content":[`...)
	for i, card := range page.Rows {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendCard(out, card, bylines[i])
	}
	out = append(out, `],"page":`...)
	out = strconv.AppendInt(out, int64(request.Page), 10)
	out = append(out, `,"size":`...)
	out = strconv.AppendInt(out, int64(request.Size), 10)
	if !page.More {
		return append(out, `,"hasNext":false,"nextCursor":null}`...)
	}
	out = append(out, `,"hasNext":true,"nextCursor":"`...) // base64url: nothing to escape
	out = append(out, a.Cursors.NextCursor(request, scope, toPosition(page.End))...)
	return append(out, `"}`...)
}

// sizeOf is about how long a page will be.
func sizeOf(cards []timeline.Card) int {
	const envelope, byline = 256, 160
	size := envelope
	for _, card := range cards {
		size += len(card.Wire) + byline
	}
	return size
}
