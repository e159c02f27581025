package httpapi

import (
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

const (
	refreshCookie = "refresh_token"
	deviceCookie  = "device"
	deviceLife    = 365 * 24 * time.Hour
	setCookie     = "Set-Cookie"
	// longestCookie bounds what is looked at of a cookie: ours are shorter.
	longestCookie = 512
)

// Cookies says how cookies are sent.
type Cookies struct {
	// Secure marks them for https alone although the request did not come over it.
	Secure bool
}

// cookie has the attributes that are the same wherever a cookie is set or cleared.
func (a *API) cookie(c *gin.Context, name, value string, maxAge int) string {
	secure := a.Cookies.Secure || a.server.IsHTTPS(c)
	sameSite := http.SameSiteLaxMode
	if secure {
		sameSite = http.SameSiteStrictMode
	}
	//nolint:gosec // at home there is no https, and then the contract wants Lax without Secure (2026-11-21)
	cookie := http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: secure, SameSite: sameSite}
	return cookie.String()
}

func (a *API) refreshCookie(c *gin.Context, token string) string {
	return a.cookie(c, refreshCookie, token, int(member.SessionIdle.Seconds()))
}

func (a *API) deviceCookie(c *gin.Context, token string) string {
	return a.cookie(c, deviceCookie, token, int(deviceLife.Seconds()))
}

// clearRefreshCookie and whatever else sets a cookie replaces what was set
// before: a write runs again after a deadlock.
func (a *API) clearRefreshCookie(c *gin.Context) {
	c.Writer.Header().Set(setCookie, a.cookie(c, refreshCookie, "", -1))
}

// grant puts what a login or a refresh hands out into the answer.
func (a *API) grant(c *gin.Context, grant member.Grant) {
	c.Header("Authorization", "Bearer "+grant.AccessToken)
	c.Writer.Header().Set(setCookie, a.refreshCookie(c, grant.RefreshToken))
}

// cookieOf is a cookie's value, empty where it is absent or cannot be ours.
func cookieOf(c *gin.Context, name string) string {
	cookie, err := c.Request.Cookie(name)
	if err != nil || len(cookie.Value) > longestCookie {
		return ""
	}
	return cookie.Value
}

const longestDevice = 255

// clientOf is where the request comes from.
func (a *API) clientOf(c *gin.Context) member.Client {
	return member.Client{
		Address: c.ClientIP(), SharedAddress: a.server.IsSharedAddress(c), Device: deviceName(c.GetHeader("User-Agent")),
	}
}

// deviceName is a user agent as it may be stored and shown.
func deviceName(agent string) string {
	agent = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, agent)
	if runes := []rune(agent); len(runes) > longestDevice {
		return string(runes[:longestDevice])
	}
	return agent
}
