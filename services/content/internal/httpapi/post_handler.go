package httpapi

import (
	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func (a *API) createPost(c *gin.Context) (httpserver.Reply, error) {
	var request contentrest.WritePostRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	post, err := a.Posts.Publish(ctx, a.Caller(ctx), fromWritePost(request))
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.Created(a.toPost(post, authorOf(c))), nil
}

func (a *API) updatePost(c *gin.Context) (httpserver.Reply, error) {
	id, err := postID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	var request contentrest.WritePostRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	post, err := a.Posts.Revise(ctx, a.Caller(ctx), id, fromWritePost(request))
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(a.toPost(post, authorOf(c))), nil
}

func (a *API) deletePost(c *gin.Context) (httpserver.Reply, error) {
	id, err := postID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	return httpserver.OK(true), a.Posts.Delete(ctx, a.Caller(ctx), id)
}

func (a *API) likePost(c *gin.Context) (httpserver.Reply, error) {
	id, err := postID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	return httpserver.OK(true), a.Posts.Like(ctx, a.Caller(ctx), id)
}

func (a *API) unlikePost(c *gin.Context) (httpserver.Reply, error) {
	id, err := postID(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	return httpserver.OK(true), a.Posts.Unlike(ctx, a.Caller(ctx), id)
}

func postID(c *gin.Context) (content.PostID, error) {
	id, err := httpserver.PathID(c, "postId")
	return content.PostID(id), err
}
