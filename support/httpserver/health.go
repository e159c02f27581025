package httpserver

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
)

const checkLimit = 2 * time.Second

// checks are what a health endpoint asks, under the names that it tells.
type checks map[string]func(ctx context.Context) error

func (s *Server) mountHealth() {
	s.engine.GET("/healthcheck/live", func(c *gin.Context) {
		tellHealth(c, s.missing(c.Request.Context(), s.config.Live))
	})
	s.engine.GET("/healthcheck/startup", func(c *gin.Context) {
		missing := ""
		if !s.started.Load() {
			missing = "starting"
		}
		tellHealth(c, missing)
	})
	s.engine.GET("/healthcheck/ready", func(c *gin.Context) {
		missing := "shutting down"
		if !s.draining.Load() {
			missing = s.missing(c.Request.Context(), s.config.Ready)
		}
		tellHealth(c, missing)
	})
}

func tellHealth(c *gin.Context, missing string) {
	c.Header("Cache-Control", "no-store")
	if missing != "" {
		c.String(http.StatusServiceUnavailable, missing)
		return
	}
	c.String(http.StatusOK, "OK")
}

// missing names the first check that fails, in the order of the names; "" where
// none does. All have 2 s together.
func (s *Server) missing(ctx context.Context, wanted checks) string {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	names := make([]string, 0, len(wanted))
	for name := range wanted {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := wanted[name](ctx); err != nil {
			s.log().LogAttrs(ctx, slog.LevelWarn, "health check failed", slog.String("missing", name), slog.String("error", err.Error()))
			return name
		}
	}
	return ""
}

func (s *Server) mountDocument() {
	if s.config.Document != nil {
		s.engine.GET("/openapi.json", func(c *gin.Context) { c.Data(http.StatusOK, jsonType, s.config.Document) })
	}
	if s.config.Docs != nil {
		s.engine.GET("/docs", gin.WrapH(s.config.Docs))
	}
}
