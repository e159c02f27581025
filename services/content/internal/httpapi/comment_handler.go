package httpapi

import (
	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func (a *API) createComment(c *gin.Context) (httpserver.Reply, error) {
	var request contentrest.CreateCommentRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	draft, err := fromCreateComment(request)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return a.publishComment(c, draft)
}

func (a *API) createReply(c *gin.Context) (httpserver.Reply, error) {
	var request contentrest.CreateReplyRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	draft, err := fromCreateReply(request)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return a.publishComment(c, draft)
}

func (a *API) publishComment(c *gin.Context, draft content.CommentDraft) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	comment, err := a.Comments.Publish(ctx, a.Caller(ctx), draft)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(a.toComment(comment, authorOf(c))), nil
}

func (a *API) updateComment(c *gin.Context) (httpserver.Reply, error) {
	id, err := commentID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	var request contentrest.UpdateCommentRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	comment, err := a.Comments.Revise(ctx, a.Caller(ctx), id, request.Content)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(a.toComment(comment, authorOf(c))), nil
}

func (a *API) deleteComment(c *gin.Context) (httpserver.Reply, error) {
	id, err := commentID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	return httpserver.OK(true), a.Comments.Delete(ctx, a.Caller(ctx), id)
}

func (a *API) likeComment(c *gin.Context) (httpserver.Reply, error) {
	id, err := commentID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	return httpserver.Created(true), a.Comments.Like(ctx, a.Caller(ctx), id)
}

func (a *API) unlikeComment(c *gin.Context) (httpserver.Reply, error) {
	id, err := commentID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	return httpserver.Deleted(true), a.Comments.Unlike(ctx, a.Caller(ctx), id)
}

func commentID(c *gin.Context) (content.CommentID, error) {
	id, err := httpserver.PathID(c, "commentId")
	return content.CommentID(id), err
}
