package httpserver

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const (
	corsMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
	corsExposed = "Authorization, Cache-Control, Content-Type, X-Token-Refresh-Needed, X-Relogin-Required, " +
		"X-Request-Id, Retry-After, Idempotency-Replayed"
	corsMaxAge = "3600"
)

// origins are the web origins that may call /api. The rules are spec 03's to
// the letter, which no library has: all methods in each preflight, and no
// header at all for a stranger.
type origins map[string]bool

var errOriginForm = errors.New("must be scheme://host[:port]")

func newOrigins(texts []string) (origins, error) {
	allowed := origins{}
	var faults []error
	for _, text := range texts {
		origin := strings.ToLower(strings.TrimSpace(text))
		parsed, err := url.Parse(origin)
		if err != nil || parsed.Host == "" || parsed.Scheme+"://"+parsed.Host != origin || strings.Contains(origin, "*") {
			faults = append(faults, fmt.Errorf("CORS_ALLOWED_ORIGINS: %q: %w", text, errOriginForm))
			continue
		}
		allowed[origin] = true
	}
	return allowed, errors.Join(faults...)
}

func (o origins) allow(origin string) bool { return o[strings.ToLower(origin)] }

// crossOrigin says to browsers which origins may read the answer, and answers
// preflights.
func (s *Server) crossOrigin(c *gin.Context) {
	if !isAPI(c.Request.URL.Path) {
		return
	}
	header := c.Writer.Header()
	header.Add("Vary", "Origin")
	origin, wanted := c.GetHeader("Origin"), c.GetHeader("Access-Control-Request-Method")
	preflight := c.Request.Method == http.MethodOptions && origin != "" && wanted != ""
	if s.origins.allow(origin) {
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Allow-Credentials", "true")
		if preflight {
			allowWhatIsAsked(c)
		} else {
			header.Set("Access-Control-Expose-Headers", corsExposed)
		}
	}
	if preflight {
		header.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
		header.Del("Allow") // gin's, for a route that has no OPTIONS
		c.AbortWithStatus(http.StatusNoContent)
	}
}

// allowWhatIsAsked allows every header by name: with credentials "*" is a name too.
func allowWhatIsAsked(c *gin.Context) {
	c.Header("Access-Control-Allow-Methods", corsMethods)
	c.Header("Access-Control-Max-Age", corsMaxAge)
	if asked := c.Request.Header.Values("Access-Control-Request-Headers"); len(asked) > 0 {
		c.Header("Access-Control-Allow-Headers", strings.Join(asked, ", "))
	}
}

// SameOriginOnly refuses requests from a foreign web origin: for endpoints
// that work by cookie alone. An origin is foreign unless it is allowed by CORS
// or is the request's own host; "null" is foreign.
func (s *Server) SameOriginOnly(c *gin.Context) {
	if s.IsForeign(c) {
		s.writeFailure(c, apierr.CodeOriginNotAllowed.New())
		return
	}
	c.Next()
}

// IsForeign says whether a page of a foreign web origin made the request, as
// SameOriginOnly means it.
func (s *Server) IsForeign(c *gin.Context) bool {
	origin := c.GetHeader("Origin")
	return origin != "" && !s.origins.allow(origin) && !isOwnHost(origin, c.Request.Host)
}

func isOwnHost(origin, host string) bool {
	parsed, err := url.Parse(origin)
	return err == nil && parsed.Host != "" && strings.EqualFold(parsed.Host, host)
}
