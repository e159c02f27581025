package httpapi

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func (a *API) listMyComments(c *gin.Context) (httpserver.Reply, error) {
	caller := a.Caller(c.Request.Context())
	list := func(ctx context.Context, slice timeline.Slice) (timeline.Part[timeline.CommentView], error) {
		return a.Comments.ListOwn(ctx, caller, slice)
	}
	return scroll(a, c, longPage, scopeOf("my-comments", caller), list, a.toComment)
}

func (a *API) listMemberComments(c *gin.Context) (httpserver.Reply, error) {
	author, err := memberID(c, "memberId")
	if err != nil {
		return httpserver.Reply{}, err
	}
	list := func(ctx context.Context, slice timeline.Slice) (timeline.Part[timeline.CommentView], error) {
		return a.Comments.ListBy(ctx, a.Caller(ctx), author, slice)
	}
	return scroll(a, c, shortPage, scopeOf("comments", author), list, a.toComment)
}

func (a *API) listPostComments(c *gin.Context) (httpserver.Reply, error) {
	post, err := postID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	list := func(ctx context.Context, slice timeline.Slice) (timeline.Part[timeline.CommentView], error) {
		return a.Comments.ListOn(ctx, a.Caller(ctx), post, slice)
	}
	return scroll(a, c, shortPage, scopeOf("post-comments", post), list, a.toComment)
}

func (a *API) listReplies(c *gin.Context) (httpserver.Reply, error) {
	id, err := commentID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	list := func(ctx context.Context, slice timeline.Slice) (timeline.Part[timeline.CommentView], error) {
		return a.Comments.ListReplies(ctx, a.Caller(ctx), id, slice)
	}
	return scroll(a, c, shortPage, scopeOf("replies", id), list, a.toComment)
}

func (a *API) getComment(c *gin.Context) (httpserver.Reply, error) {
	id, err := commentID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	comment, read, err := a.Comments.Read(ctx, a.Caller(ctx), id)
	if err != nil {
		return httpserver.Reply{}, err
	}
	noteRead(c, read)
	return httpserver.OK(a.toComment(comment)), nil
}

func commentID(c *gin.Context) (timeline.CommentID, error) {
	id, err := httpserver.PathID(c, "commentId")
	return timeline.CommentID(id), err
}

// findComments is for search, which has seen the caller already.
func (a *API) findComments(c *gin.Context) (httpserver.Reply, error) {
	var request timelinerest.FindCommentsRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ids, err := askedIDs[timeline.CommentID](request.IDs)
	if err != nil {
		return httpserver.Reply{}, err
	}
	const nobody timeline.MemberID = 0
	comments, err := a.Comments.Find(c.Request.Context(), nobody, ids)
	return httpserver.OK(mapped(comments, a.toComment)), err
}
