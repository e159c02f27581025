// Package httpapi is activity's HTTP surface: routes, handlers, and the mapping
// between the wire's shapes and the domain's.
package httpapi

import (
	"context"
	"net/http"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

// Names finds how members sign.
type Names interface {
	// FindNames returns what is known of members; a list never fails for a name.
	FindNames(ctx context.Context, members []activity.MemberID) map[activity.MemberID]Name
}

// Events applies events that come by HTTP.
type Events interface {
	// ApplyValues records events in protobuf; refused says by index why some can
	// never be.
	ApplyValues(ctx context.Context, values [][]byte) (refused map[int]error, err error)
}

// API answers activity's requests.
type API struct {
	Records  *activity.RecordService
	History  *activity.HistoryService
	Followed *activity.FollowedService
	Events   Events
	Names    Names
	Streams  *activity.StreamService
	Tickets  Tickets
	// StillValid says whether the token of a request that was let in still is.
	StillValid func(ctx context.Context, r *http.Request) bool
	// Caller is the member of an authenticated context.
	Caller  func(ctx context.Context) activity.MemberID
	Cursors *pagination.Sealer
	Zone    wallclock.Zone
}

// StreamPaths are those that a ticket opens.
func StreamPaths() []string { return []string{"/api/member-activities/stream", "/api/activity/stream"} }

// Mount adds the whole surface to server, a line per route.
func (a *API) Mount(server *httpserver.Server) {
	r := server.Authenticated()
	for _, prefix := range []string{"/api/member-activities", "/api/activity"} {
		r.POST(prefix+"/posts", server.Write(record(a, fromRecordPost)))
		r.POST(prefix+"/comments", server.Write(record(a, fromRecordComment)))
		r.POST(prefix+"/posts/likes", server.Write(record(a, fromRecordPostLike)))
		r.POST(prefix+"/comments/likes", server.Write(record(a, fromRecordCommentLike)))

		r.GET(prefix, server.Read(a.listMine))
		r.GET(prefix+"/followings", server.Read(a.listFollowings))
		r.GET(prefix+"/followings/unread-count", server.Read(a.countUnread))
		r.PUT(prefix+"/followings/read", server.Write(a.markRead))

		r.POST(prefix+"/stream/ticket", server.Write(a.createTicket))
		r.GET(prefix+"/stream", server.Stream(a.stream))
	}
	server.Internal().POST("/internal/activities", server.Action(a.recordEvents))
}
