package httpapi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// reserveHash waits for a hashing slot before the write opens its transaction,
// so that nobody waits for one with a connection in hand. The body is read
// before that: a client that sends it slowly must not hold a slot meanwhile.
func (a *API) reserveHash(c *gin.Context) {
	readAhead(c.Request)
	ctx, release, err := a.Slots.Reserve(c.Request.Context())
	if errors.Is(err, member.ErrBusy) {
		err = apierr.CodeTooManyRequests.Wrap(err)
	}
	if err != nil {
		a.server.Fail(c, err)
		return
	}
	defer release()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

// readAhead reads as much of the body as a request may have; whoever reads it
// next gets the same bytes, and then the same end or error.
func readAhead(r *http.Request) {
	const most = 1<<20 + 1
	head, err := io.ReadAll(io.LimitReader(r.Body, most))
	rest := io.Reader(r.Body)
	if err != nil {
		rest = brokenReader{err}
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), rest), r.Body}
}

// brokenReader fails as an earlier read did.
type brokenReader struct{ err error }

// Read implements io.Reader.
func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func (a *API) signUp(c *gin.Context) (httpserver.Reply, error) {
	var request memberrest.SignUpRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	profile, err := a.Accounts.SignUp(c.Request.Context(), fromSignUp(request))
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.Created(toMember(profile.MemberID, profile.MemberName)), nil
}

func (a *API) logIn(c *gin.Context) (httpserver.Reply, error) {
	var request memberrest.LogInRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	login, err := a.Logins.LogIn(ctx, member.LoginRequest{
		Email: request.Email, Password: request.Password, Client: a.clientOf(c),
		DeviceToken: cookieOf(c, deviceCookie), RefreshToken: cookieOf(c, refreshCookie),
	})
	if err != nil {
		return httpserver.Reply{}, err
	}
	summary, err := a.Profiles.Summary(ctx, login.MemberID, login.MemberID)
	if err != nil {
		return httpserver.Reply{}, err
	}
	a.grant(c, login.Grant)
	c.Writer.Header().Add(setCookie, a.deviceCookie(c, login.DeviceToken))
	if a.server.IsForeign(c) { // a page that logs its visitor in as somebody else
		c.Writer.Header().Del(setCookie)
	}
	return httpserver.OK(a.toSummary(summary)), nil
}

// refreshAccessToken is A6: the new token is in the body too.
func (a *API) refreshAccessToken(c *gin.Context) (httpserver.Reply, error) {
	grant, err := a.refresh(c)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(memberrest.AccessToken{AccessToken: grant.AccessToken, ExpiresIn: int64(grant.ExpiresIn.Seconds())}), nil
}

// refreshToken is T1.
func (a *API) refreshToken(c *gin.Context) (httpserver.Reply, error) {
	_, err := a.refresh(c)
	return httpserver.OK(true), err
}

// refresh does not clear the cookie of one that it refuses: it may have come
// late, from a tab that another one has logged in again since.
func (a *API) refresh(c *gin.Context) (member.Grant, error) {
	token := cookieOf(c, refreshCookie)
	if token == "" {
		return member.Grant{}, relogin(apierr.CodeInvalidToken.New())
	}
	grant, err := a.Sessions.Refresh(c.Request.Context(), token, a.clientOf(c))
	if err != nil {
		return member.Grant{}, relogin(err)
	}
	a.grant(c, grant)
	return grant, nil
}

// relogin adds the header that ends the client's session, where err does.
func relogin(err error) error {
	failure := apierr.From(err)
	if failure.Code.Kind() == apierr.Unauthenticated {
		return failure.WithHeader(auth.HeaderReloginRequired, "true")
	}
	return err
}

func (a *API) logOut(c *gin.Context) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	if err := a.Sessions.LogOut(ctx, a.Caller(ctx)); err != nil {
		return httpserver.Reply{}, err
	}
	a.clearRefreshCookie(c)
	return httpserver.OK(true), nil
}

func (a *API) logOutEverywhere(c *gin.Context) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	if err := a.Sessions.LogOutEverywhere(ctx, a.Caller(ctx)); err != nil {
		return httpserver.Reply{}, err
	}
	a.clearRefreshCookie(c)
	return httpserver.OK(true), nil
}

func (a *API) deactivate(c *gin.Context) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	if err := a.Accounts.Deactivate(ctx, a.Caller(ctx).MemberID); err != nil {
		return httpserver.Reply{}, err
	}
	a.clearRefreshCookie(c)
	return httpserver.Deleted(true), nil
}

func (a *API) changePassword(c *gin.Context) (httpserver.Reply, error) {
	var request memberrest.ChangePasswordRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	device, err := a.Passwords.Change(ctx, a.Caller(ctx), request.CurrentPassword, request.NewPassword)
	if err != nil {
		return httpserver.Reply{}, err
	}
	c.Writer.Header().Set(setCookie, a.deviceCookie(c, device))
	return httpserver.OK(true), nil
}

func (a *API) listSessions(c *gin.Context) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	found, err := a.Sessions.Sessions(ctx, a.Caller(ctx))
	if err != nil {
		return httpserver.Reply{}, err
	}
	sessions := make([]memberrest.Session, len(found))
	for i, s := range found {
		sessions[i] = a.toSession(s)
	}
	return httpserver.OK(sessions), nil
}

func (a *API) endSession(c *gin.Context) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	if err := a.Sessions.EndSession(ctx, a.Caller(ctx), fromSessionID(c.Param("sessionId"))); err != nil {
		return httpserver.Reply{}, err
	}
	a.clearCookieOfOwnSession(c)
	return httpserver.OK(true), nil
}

// clearCookieOfOwnSession is for a caller that ends the session it speaks from.
func (a *API) clearCookieOfOwnSession(c *gin.Context) {
	if fromSessionID(c.Param("sessionId")) == a.Caller(c.Request.Context()).SessionID {
		a.clearRefreshCookie(c)
	}
}

// listKeys is K1: plain JSON without an envelope.
func (a *API) listKeys(c *gin.Context) {
	document, err := a.Keys.JWKS(c.Request.Context())
	if err != nil {
		a.server.Fail(c, err)
		return
	}
	c.Header("Cache-Control", "max-age="+strconv.Itoa(a.KeysMaxAge))
	c.Data(http.StatusOK, "application/json", document)
}
