package httpapi

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

// The sizes of pages where the request names none (spec 06).
const (
	shortPage = 10
	longPage  = 20
)

// listRanked is T2, T3 and T4.
func (a *API) listRanked(ranking timeline.Ranking) httpserver.Handler {
	return func(c *gin.Context) (httpserver.Reply, error) {
		name, window, err := fromWindow(c.Request.URL.Query())
		if err != nil {
			return httpserver.Reply{}, err
		}
		scope := append(scopeOf("ranking", int64(ranking)), string(name))
		list := func(ctx context.Context, slice timeline.Slice) (timeline.Part[timeline.PostView], error) {
			return a.Posts.ListRanked(ctx, a.Caller(ctx), ranking, window, slice)
		}
		return scroll(a, c, longPage, scope, list, a.toPost)
	}
}

func (a *API) listMyPosts(c *gin.Context) (httpserver.Reply, error) {
	caller := a.Caller(c.Request.Context())
	list := func(ctx context.Context, slice timeline.Slice) (timeline.Part[timeline.PostView], error) {
		return a.Posts.ListOwn(ctx, caller, slice)
	}
	return scroll(a, c, shortPage, scopeOf("my-posts", caller), list, a.toPost)
}

func (a *API) listAuthorPosts(c *gin.Context) (httpserver.Reply, error) {
	author, err := memberID(c, "authorId")
	if err != nil {
		return httpserver.Reply{}, err
	}
	list := func(ctx context.Context, slice timeline.Slice) (timeline.Part[timeline.PostView], error) {
		return a.Posts.ListOf(ctx, a.Caller(ctx), author, slice)
	}
	return scroll(a, c, shortPage, scopeOf("posts", author), list, a.toPost)
}

func (a *API) getPost(c *gin.Context) (httpserver.Reply, error) {
	id, err := postID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	post, read, err := a.Posts.Read(ctx, a.Caller(ctx), id)
	if err != nil {
		return httpserver.Reply{}, err
	}
	noteRead(c, read)
	return httpserver.OK(a.toPost(post)), nil
}

func (a *API) findPosts(c *gin.Context) (httpserver.Reply, error) {
	var request timelinerest.FindPostsRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ids, err := fromFindPosts(request)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	posts, err := a.Posts.Find(ctx, a.Caller(ctx), ids)
	return httpserver.OK(mapped(posts, a.toPost)), err
}

func (a *API) listPostsByDate(c *gin.Context) (httpserver.Reply, error) {
	query := c.Request.URL.Query()
	from, until, err := fromDateRange(query, a.Zone)
	if err != nil {
		return httpserver.Reply{}, err
	}
	request, err := pagination.Parse(query, pagination.Defaults{Size: longPage})
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	posts, total, err := a.Posts.ListBetween(ctx, a.Caller(ctx), from, until, timeline.Slice{Limit: request.Size, Skip: request.Skip()})
	return httpserver.OK(pagination.NewPage(request, mapped(posts, a.toPost), total)), err
}

func (a *API) getStatistics(c *gin.Context) (httpserver.Reply, error) {
	id, err := postID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	counters, err := a.Posts.Counters(c.Request.Context(), id)
	return httpserver.OK(toStatistics(counters)), err
}

func postID(c *gin.Context) (timeline.PostID, error) {
	id, err := httpserver.PathID(c, "postId")
	return timeline.PostID(id), err
}

func memberID(c *gin.Context, name string) (timeline.MemberID, error) {
	id, err := httpserver.PathID(c, name)
	return timeline.MemberID(id), err
}
