package httpapi

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

func (a *API) searchPosts(c *gin.Context) (httpserver.Reply, error) {
	request, page, err := fromSearch(c.Request.URL.Query())
	if err != nil {
		return httpserver.Reply{}, err
	}
	found, err := a.Posts.Search(c.Request.Context(), request)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(pagination.NewPage(page, mapped(found.Items, toFoundPost), int64(found.Total))), nil
}

func (a *API) searchComments(c *gin.Context) (httpserver.Reply, error) {
	request, page, err := fromSearch(c.Request.URL.Query())
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	found, err := a.Comments.Search(ctx, request)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return a.commentPage(ctx, page, found), nil
}

func (a *API) listCommentsOfPost(c *gin.Context) (httpserver.Reply, error) {
	post, err := httpserver.PathID(c, "postId")
	if err != nil {
		return httpserver.Reply{}, err
	}
	page, slice, err := fromPage(c.Request.URL.Query())
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	found, err := a.Comments.ListOf(ctx, search.PostID(post), slice)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return a.commentPage(ctx, page, found), nil
}

func (a *API) commentPage(ctx context.Context, page pagination.Request, found search.Found[search.FoundComment]) httpserver.Reply {
	members := mapped(found.Items, func(c search.FoundComment) search.MemberID { return c.AuthorID })
	authors := a.Authors.FindAuthors(ctx, members)
	results := mapped(found.Items, func(c search.FoundComment) searchrest.CommentSearchResult {
		return toCommentResult(c, authors[c.AuthorID])
	})
	return httpserver.OK(pagination.NewPage(page, results, int64(found.Total)))
}

func mapped[A, B any](items []A, to func(A) B) []B {
	out := make([]B, len(items))
	for i, item := range items {
		out[i] = to(item)
	}
	return out
}
