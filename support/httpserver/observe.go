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

// observe writes one access line and one measurement per request, and ends its span.
func (s *Server) observe(c *gin.Context) {
	start := time.Now() //nolint:forbidigo // measures elapsed time
	end := requestOf(c.Request.Context()).end
	defer func() { // also of a connection that is dropped
		status := s.record(c, time.Since(start))
		if end != nil {
			end(routeOf(c), status)
		}
	}()
	c.Next()
}

// contextOf is a request's with its ids, its span, what its log lines carry and
// what the service adds.
func (s *Server) contextOf(r *http.Request, known *request) context.Context {
	ctx := r.Context()
	if s.config.Trace != nil && !isHealth(r) {
		// its traceparent is the request's from now on
		ctx, known.traceParent, known.end = s.config.Trace(ctx, r.Header.Get("traceparent"), known.method)
	}
	ctx = process.WithLogAttrs(context.WithValue(ctx, requestKey{}, known),
		slog.String("request_id", known.id), slog.String("trace_id", traceID(known.traceParent)))
	if s.config.Enrich != nil {
		ctx = s.config.Enrich(ctx, r)
	}
	return ctx
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
	if !isHealth(c.Request) {
		s.logAccess(c, status, failure, elapsed)
	}
	return status
}

func isHealth(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/healthcheck/") }

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
		slog.Int64("us", elapsed.Microseconds()), // a fraction would cost as much as all else of the line
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
	logger := s.log().Handler()
	if !logger.Enabled(ctx, level) {
		return
	}
	line := slog.NewRecord(time.Now(), level, "request", 0) //nolint:forbidigo // a line's time; LogAttrs would also look for the place in the code
	line.AddAttrs(attrs...)
	_ = logger.Handle(ctx, line) // as LogAttrs: nowhere is left to tell it
}
