// Package httpapi is search's HTTP surface: routes, handlers, and the mapping
// between the wire's shapes and the domain's.
package httpapi

import (
	"context"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// Author is how a member signs comments. A nil field is not known.
type Author struct {
	Name   *string
	Handle *string
}

// Authors finds how members sign.
type Authors interface {
	// FindAuthors returns what is known; a search never fails for a name.
	FindAuthors(ctx context.Context, members []search.MemberID) map[search.MemberID]Author
}

// API answers search's requests.
type API struct {
	Posts    *search.PostService
	Comments *search.CommentService
	Counts   *search.CountService
	Authors  Authors
}

// Mount adds the whole surface to server, a line per route.
func (a *API) Mount(server *httpserver.Server) {
	r := server.Authenticated()
	r.GET("/api/search/posts", server.Read(a.searchPosts))
	r.GET("/api/search/comments", server.Read(a.searchComments))
	r.GET("/api/search/comments/posts/:postId", server.Read(a.listCommentsOfPost))

	r.POST("/api/search/posts/like/query/count/in", server.Action(a.countPostLikes))
	r.POST("/api/search/posts/comments/query/count/in", server.Action(a.countPostComments))
	r.POST("/api/search/comments/like/query/count/in", server.Action(a.countCommentLikes))
	r.POST("/api/search/follow/following/query/count/in", server.Action(a.countFollowers))
}
