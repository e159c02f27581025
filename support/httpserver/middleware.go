package httpserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/gin-gonic/gin"
)

const successHeadersKey = "dailyfeed.successHeaders"

// observe writes one access line and one measurement per request.
func (s *Server) observe(c *gin.Context) {
	start := time.Now() //nolint:forbidigo // measures elapsed time
	ctx := c.Request.Context()
	ctx = process.WithLogAttrs(ctx,
		slog.String("request_id", RequestID(ctx)),
		slog.String("trace_id", traceID(TraceParent(ctx))))
	if s.config.Enrich != nil {
		ctx = s.config.Enrich(ctx, c.Request)
	}
	c.Request = c.Request.WithContext(ctx)
	c.Next()
	elapsed := time.Since(start)
	s.metrics.observe(c.Request.Method, c.FullPath(), c.Writer.Status(), elapsed)
	if !strings.HasPrefix(c.Request.URL.Path, "/healthcheck/") {
		s.logAccess(c, elapsed)
	}
}

func (s *Server) logAccess(c *gin.Context, elapsed time.Duration) {
	status := c.Writer.Status()
	attrs := []slog.Attr{
		slog.String("method", c.Request.Method),
		slog.String("route", c.FullPath()),
		slog.Int("status", status),
		slog.Int("bytes", c.Writer.Size()),
		slog.Float64("ms", float64(elapsed.Microseconds())/1000), //nolint:mnd // µs to ms
		slog.String("client", c.ClientIP()),
	}
	if id := s.callerID(c.Request.Context()); id != 0 {
		attrs = append(attrs, slog.Int64("member_id", id))
	}
	if last := c.Errors.Last(); last != nil {
		attrs = append(attrs, slog.String("error", last.Err.Error()))
	}
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	slog.LogAttrs(c.Request.Context(), level, "request", attrs...)
}

// recoverPanic turns a panic into a 500, and lets http.ErrAbortHandler through.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if cause == http.ErrAbortHandler { //nolint:errorlint // the very value is documented
			panic(cause) //nolint:forbidigo // net/http's way to drop a connection
		}
		slog.ErrorContext(c.Request.Context(), "panic in handler", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
		if !c.Writer.Written() {
			s.writeFailure(c, apierr.CodeInternal.Wrap(fmt.Errorf("panic: %v", cause)))
		}
		c.Abort()
	}()
	c.Next()
}

// admit bounds the requests in flight and gives each its deadline.
func (s *Server) admit(c *gin.Context) {
	select {
	case s.slots <- struct{}{}:
	default:
		s.metrics.shed()
		s.writeFailure(c, apierr.CodeServiceUnavailable.Wrap(errInFlight))
		return
	}
	defer func() { <-s.slots }()
	ctx, cancel := s.withDeadline(c.Request.Context())
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

var errInFlight = fmt.Errorf("too many requests in flight")

func (s *Server) authenticate(c *gin.Context) {
	ctx, headers, err := s.config.Authenticate.Authenticate(c.Request.Context(), c.Request)
	if err != nil {
		s.writeFailure(c, err)
		return
	}
	c.Request = c.Request.WithContext(ctx)
	c.Set(successHeadersKey, headers)
	c.Next()
}

func (s *Server) requireInternalToken(c *gin.Context) {
	given := sha256.Sum256([]byte(c.GetHeader("X-Internal-Token")))
	wanted := sha256.Sum256([]byte(s.config.InternalToken))
	if s.config.InternalToken == "" || subtle.ConstantTimeCompare(given[:], wanted[:]) != 1 {
		s.writeFailure(c, apierr.CodeNotFound.New())
		return
	}
	c.Next()
}

// SameOriginOnly refuses requests from a foreign web origin: for endpoints
// that work by cookie alone. An origin is foreign unless it is allowed by CORS
// or is the request's own host; "null" is foreign.
func (s *Server) SameOriginOnly(c *gin.Context) {
	origin := c.GetHeader("Origin")
	if origin != "" && !s.cors.OriginAllowed(c.Request) && !isOwnHost(origin, c.Request.Host) {
		s.writeFailure(c, apierr.CodeOriginNotAllowed.New())
		return
	}
	c.Next()
}

func isOwnHost(origin, host string) bool {
	parsed, err := url.Parse(origin)
	return err == nil && parsed.Host != "" && strings.EqualFold(parsed.Host, host)
}

// IsHTTPS says whether the client's own connection was https: directly, or as
// a trusted proxy tells.
func (s *Server) IsHTTPS(c *gin.Context) bool {
	if c.Request.TLS != nil {
		return true
	}
	if !s.fromTrustedProxy(c) {
		return false
	}
	proto, _, _ := strings.Cut(c.GetHeader("X-Forwarded-Proto"), ",")
	return strings.EqualFold(strings.TrimSpace(proto), "https")
}

// IsSharedAddress says whether limits by address do not apply to the client.
func (s *Server) IsSharedAddress(c *gin.Context) bool { return s.limits.isShared(c.ClientIP()) }
