// Package httpapi is content's HTTP surface: routes, handlers, and the mapping
// between the wire's shapes and the domain's.
package httpapi

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

// Author is how a member signs posts and comments. A nil field is not known.
type Author struct {
	Name      *string
	Handle    *string
	AvatarURL *string
}

// Authors finds how members sign.
type Authors interface {
	// FindAuthor returns what is known of a member, and the zero Author where
	// nothing is: a write never fails for a name.
	FindAuthor(ctx context.Context, member content.MemberID) Author
}

// API answers content's requests.
type API struct {
	Posts    *content.PostService
	Comments *content.CommentService
	States   content.StateReader
	Authors  Authors
	// Caller is the member of an authenticated context.
	Caller func(ctx context.Context) content.MemberID
	Zone   wallclock.Zone
}

// Mount adds the whole surface to server, a line per route.
func (a *API) Mount(server *httpserver.Server) {
	r := server.Authenticated()
	r.POST("/api/posts", a.loadAuthor, server.Write(a.createPost))
	r.PUT("/api/posts/:postId", a.loadAuthor, server.Write(a.updatePost))
	r.DELETE("/api/posts/:postId", server.Write(a.deletePost))
	r.POST("/api/posts/:postId/like", server.Write(a.likePost))
	r.DELETE("/api/posts/:postId/like", server.Write(a.unlikePost))

	r.POST("/api/comments", a.loadAuthor, server.Write(a.createComment))
	r.POST("/api/comments/replies", a.loadAuthor, server.Write(a.createReply))
	r.PUT("/api/comments/:commentId", a.loadAuthor, server.Write(a.updateComment))
	r.DELETE("/api/comments/:commentId", server.Write(a.deleteComment))
	r.POST("/api/comments/:commentId/like", server.Write(a.likeComment))
	r.DELETE("/api/comments/:commentId/like", server.Write(a.unlikeComment))

	internal := server.Internal()
	internal.GET("/internal/posts", server.Read(a.listPostStates))
	internal.GET("/internal/comments", server.Read(a.listCommentStates))
}

const authorKey = "content.author"

// loadAuthor looks the caller's name up before the write opens its transaction,
// so that no lock is held while another service is asked.
func (a *API) loadAuthor(c *gin.Context) {
	ctx := c.Request.Context()
	c.Set(authorKey, a.Authors.FindAuthor(ctx, a.Caller(ctx)))
	c.Next()
}

func authorOf(c *gin.Context) Author {
	value, _ := c.Get(authorKey)
	author, _ := value.(Author)
	return author
}
