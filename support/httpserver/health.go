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

func (s *Server) mountHealth() {
	s.engine.GET("/healthcheck/live", func(c *gin.Context) { c.String(http.StatusOK, "OK") })
	s.engine.GET("/healthcheck/startup", func(c *gin.Context) {
		if !s.started.Load() {
			c.String(http.StatusServiceUnavailable, "starting")
			return
		}
		c.String(http.StatusOK, "OK")
	})
	s.engine.GET("/healthcheck/ready", func(c *gin.Context) {
		if missing := s.missing(c.Request.Context()); missing != "" {
			c.String(http.StatusServiceUnavailable, missing)
			return
		}
		c.String(http.StatusOK, "OK")
	})
}

// missing names the first thing that keeps the server from serving.
func (s *Server) missing(ctx context.Context) string {
	if s.draining.Load() {
		return "shutting down"
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	names := make([]string, 0, len(s.config.Ready))
	for name := range s.config.Ready {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := s.config.Ready[name](ctx); err != nil {
			slog.WarnContext(ctx, "not ready", "missing", name, "error", err)
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
