// Package httpapi is member's HTTP surface: routes, handlers, cookies, and the
// mapping between the wire's shapes and the domain's.
package httpapi

import (
	"context"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

// KeyPublisher has the keys that tokens are checked with.
type KeyPublisher interface {
	// JWKS is the document as it is published.
	JWKS(ctx context.Context) ([]byte, error)
}

// HashSlots lets requests wait for their hashing before they begin a transaction.
type HashSlots interface {
	// Reserve takes a slot; release gives it back. Fails with member.ErrBusy.
	Reserve(ctx context.Context) (reserved context.Context, release func(), err error)
}

// PictureUsage knows which pictures profiles show.
type PictureUsage interface {
	FindUsedImages(ctx context.Context, imageIDs []string) ([]string, error)
}

// API answers member's requests.
type API struct {
	Accounts  *member.AccountService
	Logins    *member.LoginService
	Sessions  *member.SessionService
	Passwords *member.PasswordService
	Profiles  *member.ProfileService
	Follows   *member.FollowService
	Directory *member.DirectoryService
	Keys      KeyPublisher
	Slots     HashSlots
	Pictures  PictureUsage
	// Caller is the caller of an authenticated context.
	Caller func(ctx context.Context) member.Caller
	// Cursors seals the cursors of lists.
	Cursors *pagination.Sealer
	Cookies Cookies
	// KeysMaxAge is how many seconds the JWKS may be kept.
	KeysMaxAge int
	Zone       wallclock.Zone

	server *httpserver.Server
}

// Mount adds the whole surface to server, a line per route.
func (a *API) Mount(server *httpserver.Server) {
	a.server = server
	a.mountAuthentication(server)
	a.mountMembers(server)

	internal := server.Internal()
	internal.POST("/internal/tokens/introspect", server.Action(a.introspectToken))
	internal.POST("/internal/sessions/refresh-state", server.Action(a.findRefreshState))
	internal.POST("/internal/members/summaries", server.Action(a.findAuthorSummaries))
	internal.GET("/internal/members/:memberId/followings", server.Read(a.listFollowingIDs))
	internal.GET("/internal/members/:memberId/followers", server.Read(a.listFollowerIDs))
	internal.POST("/internal/members/picture-usage", server.Action(a.findUsedPictures))
}

func (a *API) mountAuthentication(server *httpserver.Server) {
	public := server.Public()
	public.POST("/api/authentication/signup", a.reserveHash, server.Write(a.signUp))
	public.POST("/api/authentication/login", server.Action(a.logIn))
	public.POST("/api/authentication/refresh", server.SameOriginOnly, server.Action(a.refreshAccessToken))
	public.POST("/api/token/refresh", server.SameOriginOnly, server.Action(a.refreshToken))
	public.GET("/.well-known/jwks.json", a.listKeys)

	r := server.Authenticated()
	r.PUT("/api/authentication/password", a.reserveHash, server.Write(a.changePassword))
	r.GET("/api/authentication/sessions", server.Read(a.listSessions))

	ending := server.Ending()
	ending.POST("/api/authentication/logout", server.Write(a.logOut, a.clearRefreshCookie))
	ending.POST("/api/authentication/logout-all", server.Write(a.logOutEverywhere, a.clearRefreshCookie))
	ending.DELETE("/api/authentication/deactivate", server.Write(a.deactivate, a.clearRefreshCookie))
	ending.DELETE("/api/authentication/sessions/:sessionId", server.Write(a.endSession, a.clearCookieOfOwnSession))
}

func (a *API) mountMembers(server *httpserver.Server) {
	server.Public().GET("/api/members/handles/:handle", server.Read(a.checkHandle))

	r := server.Authenticated()
	r.GET("/api/members", server.Read(a.getMe))
	r.GET("/api/members/profile", server.Read(a.getMyProfile))
	r.PUT("/api/members/profile", server.Write(a.updateProfile))
	r.PUT("/api/members/profile/handle", server.Write(a.changeHandle))
	r.GET("/api/members/profile/:memberId", server.Read(a.getProfile)) // @handle too
	r.GET("/api/members/summary", server.Read(a.getMySummary))
	r.POST("/api/members/query/in", server.Action(a.findSummaries))
	r.GET("/api/members/query/followings", server.Read(a.listAllFollowings))

	r.GET("/api/members/followers-followings", server.Read(a.listFollows))
	r.GET("/api/members/followings/more", server.Read(a.listFollowings))
	r.GET("/api/members/followers/more", server.Read(a.listFollowers))
	r.POST("/api/members/follow/:memberId", server.Write(a.follow))
	r.DELETE("/api/members/follow/:memberId", server.Write(a.unfollow))
	r.GET("/api/members/follow/recommend/newbie", server.Read(a.recommend))
	r.GET("/api/members/follow/recommend/newbie/more", server.Read(a.recommendMore))

	r.GET("/api/members/:memberId", server.Read(a.getMember))
	r.GET("/api/members/:memberId/profile", server.Read(a.getProfile))
	r.GET("/api/members/:memberId/summary", server.Read(a.getSummary))
	r.GET("/api/members/:memberId/followers-followings", server.Read(a.listFollows))
	r.GET("/api/members/:memberId/followings/more", server.Read(a.listFollowings))
	r.GET("/api/members/:memberId/followers/more", server.Read(a.listFollowers))
}
