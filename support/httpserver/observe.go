package httpserver

import (
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
	ctx = process.WithLogAttrs(ctx,
		slog.String("request_id", RequestID(ctx)),
		slog.String("trace_id", traceID(TraceParent(ctx))))
	if s.config.Enrich != nil {
		ctx = s.config.Enrich(ctx, c.Request)
	}
	c.Request = c.Request.WithContext(ctx)
	defer func() { s.record(c, time.Since(start)) }() // also of a connection that is dropped
	c.Next()
}

func (s *Server) record(c *gin.Context, elapsed time.Duration) {
	var failure error
	if last := c.Errors.Last(); last != nil {
		failure = last.Err
	}
	status := c.Writer.Status()
	if errors.Is(failure, errClientGone) {
		status = statusClientGone
	}
	s.metrics.observe(requestOf(c.Request.Context()).method, c.FullPath(), status, elapsed)
	if !strings.HasPrefix(c.Request.URL.Path, "/healthcheck/") {
		s.logAccess(c, status, failure, elapsed)
	}
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
