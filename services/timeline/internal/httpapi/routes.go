// Package httpapi is timeline's HTTP surface: routes, handlers, and the mapping
// between the wire's shapes and the domain's.
package httpapi

import (
	"context"
	"sync"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

// ReadLog tells others what was read.
type ReadLog interface {
	// Emit returns at once and never fails; what cannot be told is dropped and
	// counted. traceparent is that of the request.
	Emit(read timeline.Read, traceparent string)
}

// Proof is what a handler has to settle before it answers: that the caller's
// token was not revoked.
type Proof interface {
	// Keys are those whose values Settle wants.
	Keys() []string
	// Settle fails where the values say no; cause is why they could not be read.
	Settle(ctx context.Context, values []*string, cause error) error
	// Check reads the values by itself.
	Check(ctx context.Context) error
}

// API answers timeline's requests.
type API struct {
	// Proving authenticates all but what ProofOf leaves to settle.
	Proving  httpserver.Authenticator
	ProofOf  func(ctx context.Context) Proof
	Pages    *timeline.HomePages
	Bylines  *Bylines
	Posts    *timeline.PostService
	Comments *timeline.CommentService
	Home     *timeline.HomeService
	Reads    ReadLog
	// Caller is the member of an authenticated context.
	Caller func(ctx context.Context) timeline.MemberID
	// Cursors seals cursors; all replicas need the same key.
	Cursors *pagination.Sealer
	Zone    wallclock.Zone

	// sent is the memory of home pages that were sent: half of what one takes.
	sent sync.Pool
}

// Mount adds the whole surface to server, a line per route. The numbers are
// those of spec 06.
func (a *API) Mount(server *httpserver.Server) {
	server.AuthenticatedBy(a.Proving).GET("/api/timeline/posts/followings", server.Read(a.listFollowingPosts)) // T1

	r := server.Authenticated()
	r.GET("/api/timeline/posts/most-commented", server.Read(a.listRanked(timeline.MostCommented))) // T2
	r.GET("/api/timeline/posts/most-popular", server.Read(a.listRanked(timeline.MostPopular)))     // T3
	r.GET("/api/timeline/posts/recent-activities", server.Read(a.listRanked(timeline.RecentlyActive)))
	r.GET("/api/timeline/posts", server.Read(a.listMyPosts))                       // T5
	r.GET("/api/timeline/posts/:postId", a.tellRead, server.Read(a.getPost))       // T6
	r.GET("/api/timeline/posts/authors/:authorId", server.Read(a.listAuthorPosts)) // T7
	r.POST("/api/timeline/posts/query/list", server.Action(a.findPosts))           // T8
	r.GET("/api/timeline/posts/date-range", server.Read(a.listPostsByDate))        // T14
	r.GET("/api/timeline/statistics/posts/:postId", server.Read(a.getStatistics))  // T15

	r.GET("/api/timeline/comments", server.Read(a.listMyComments))                       // T9
	r.GET("/api/timeline/posts/:postId/comments", server.Read(a.listPostComments))       // T10
	r.GET("/api/timeline/members/:memberId/comments", server.Read(a.listMemberComments)) // T11
	r.GET("/api/timeline/comments/:commentId", a.tellRead, server.Read(a.getComment))    // T12
	r.GET("/api/timeline/comments/:commentId/replies", server.Read(a.listReplies))       // T13

	server.Internal().POST("/internal/comments/query/list", server.Action(a.findComments))
}
