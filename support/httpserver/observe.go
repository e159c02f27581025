package httpserver

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/support/process"
)

const replayedKey = "dailyfeed.replayed"

// statusClientGone is what is counted for a request whose client has left: it
// is nobody's failure, and nobody reads the answer.
const statusClientGone = 499

// observe writes one access line and one measurement per request.
func (s *Server) observe(c *gin.Context) {
	start := time.Now() //nolint:forbidigo // measures elapsed time
	ctx := c.Request.Context()
	var end func(route string, status int)
	if s.config.Trace != nil && !isHealth(c) {
		ctx, end = s.trace(ctx, c.GetHeader("traceparent"))
	}
	ctx = process.WithLogAttrs(ctx,
		slog.String("request_id", RequestID(ctx)),
		slog.String("trace_id", traceID(TraceParent(ctx))))
	if s.config.Enrich != nil {
		ctx = s.config.Enrich(ctx, c.Request)
	}
	c.Request = c.Request.WithContext(ctx)
	defer func() { // also of a connection that is dropped
		status := s.record(c, time.Since(start))
		if end != nil {
			end(routeOf(c), status)
		}
	}()
	c.Next()
}

// trace begins a span, whose traceparent is the request's from now on.
func (s *Server) trace(ctx context.Context, parent string) (context.Context, func(route string, status int)) {
	known := requestOf(ctx)
	inner, own, end := s.config.Trace(ctx, parent, known.method)
	known.traceParent = own
	return context.WithValue(inner, requestKey{}, known), end
}

func (s *Server) record(c *gin.Context, elapsed time.Duration) (status int) {
	var failure error
	if last := c.Errors.Last(); last != nil {
		failure = last.Err
	}
	status = c.Writer.Status()
	if errors.Is(failure, errClientGone) {
		status = statusClientGone
	}
	s.metrics.observe(requestOf(c.Request.Context()).method, routeOf(c), status, elapsed)
	if !isHealth(c) {
		s.logAccess(c, status, failure, elapsed)
	}
	return status
}

func isHealth(c *gin.Context) bool { return strings.HasPrefix(c.Request.URL.Path, "/healthcheck/") }

// routeOf is the pattern that was matched: its values are bounded.
func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return noRoute
}

func (s *Server) logAccess(c *gin.Context, status int, failure error, elapsed time.Duration) {
	ctx := c.Request.Context()
	attrs := []slog.Attr{
		slog.String("method", requestOf(ctx).method),
		slog.String("route", c.FullPath()),
		slog.Int("status", status),
		slog.Int("bytes", max(0, c.Writer.Size())),
		slog.Float64("ms", float64(elapsed.Microseconds())/1000), //nolint:mnd // µs to ms
		slog.String("client", c.ClientIP()),
	}
	if c.GetBool(replayedKey) {
		attrs = append(attrs, slog.Bool("replayed", true))
	}
	if failure != nil {
		attrs = append(attrs, slog.String("error", failure.Error()))
	}
	if panicked := (*panicError)(nil); errors.As(failure, &panicked) {
		attrs = append(attrs, slog.String("stack", string(panicked.stack)))
	}
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	s.log().LogAttrs(ctx, level, "request", attrs...)
}
