package httpserver

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/gin-gonic/gin"
	"github.com/rs/cors"
)

// Server is a service's HTTP side. Mount routes on Public, Authenticated and
// Internal, then run it.
type Server struct {
	config   Config
	engine   *gin.Engine
	cors     *cors.Cors
	limits   *limits
	metrics  *metrics
	slots    chan struct{}
	draining atomic.Bool
	started  atomic.Bool
}

// New makes a server with everything but the service's routes. It fails where
// a setting is malformed.
func New(config Config) (*Server, error) {
	if config.Deadline <= 0 {
		config.Deadline = defaultDeadline
	}
	if config.MaxBody <= 0 {
		config.MaxBody = defaultMaxBody
	}
	if config.AdminPort < 0 {
		config.AdminPort = config.Port + 1000
	}
	limits, err := newLimits(config.Settings)
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, limits: limits, metrics: newMetrics(config.Registerer), slots: make(chan struct{}, config.MaxInFlight)}
	s.cors = newCORS(config.CORSAllowedOrigins)
	if s.engine, err = s.newEngine(); err != nil {
		return nil, err
	}
	s.mountHealth()
	s.mountDocument()
	return s, nil
}

func (s *Server) newEngine() (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.RedirectTrailingSlash = false
	engine.RedirectFixedPath = false
	engine.HandleMethodNotAllowed = true
	engine.ContextWithFallback = true
	if err := engine.SetTrustedProxies(s.config.TrustedProxies); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	engine.Use(s.observe, s.recoverPanic)
	engine.NoRoute(func(c *gin.Context) { s.writeFailure(c, apierr.CodeNotFound.New()) })
	engine.NoMethod(func(c *gin.Context) { s.writeFailure(c, apierr.CodeMethodNotAllowed.New()) })
	return engine, nil
}

// Public is where routes without a token are mounted.
func (s *Server) Public() gin.IRoutes { return s.engine.Group("/", s.admit) }

// Authenticated is where routes that need a token are mounted. Routing comes
// first: an unknown path is 404 with and without a token.
func (s *Server) Authenticated() gin.IRoutes { return s.engine.Group("/", s.admit, s.authenticate) }

// Internal is where the fleet's own routes are mounted; without the fleet's
// credential they do not exist.
func (s *Server) Internal() gin.IRoutes { return s.engine.Group("/", s.admit, s.requireInternalToken) }

// Routes lists what is mounted as "METHOD path", for checks against the contract.
func (s *Server) Routes() []string {
	var routes []string
	for _, r := range s.engine.Routes() {
		routes = append(routes, r.Method+" "+r.Path)
	}
	return routes
}

// ServeHTTP prepares a request for routing: its ids, a path without trailing
// slash, HEAD served as GET, CORS.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := identify(r)
	prepared := r.WithContext(ctx)
	if path := r.URL.Path; len(path) > 1 && strings.HasSuffix(path, "/") {
		url := *r.URL
		url.Path, url.RawPath = strings.TrimSuffix(path, "/"), ""
		prepared.URL = &url
	}
	if r.Method == http.MethodHead { // net/http drops the body by the original request
		prepared.Method = http.MethodGet
	}
	w.Header().Set("X-Request-Id", RequestID(ctx))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !isAPI(prepared.URL.Path) {
		s.engine.ServeHTTP(w, prepared)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	s.cors.ServeHTTP(w, prepared, s.engine.ServeHTTP)
}

func isAPI(path string) bool { return path == "/api" || strings.HasPrefix(path, "/api/") }

func newCORS(origins []string) *cors.Cors {
	allowed := make(map[string]bool, len(origins))
	for _, origin := range origins {
		allowed[strings.ToLower(strings.TrimSpace(origin))] = true
	}
	return cors.New(cors.Options{
		AllowOriginFunc:  func(origin string) bool { return allowed[strings.ToLower(origin)] },
		AllowedMethods:   []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions},
		AllowedHeaders:   []string{"*"},
		AllowCredentials: true,
		MaxAge:           3600,
		ExposedHeaders: []string{
			"Authorization", "Cache-Control", "Content-Type", "X-Token-Refresh-Needed", "X-Relogin-Required",
			"X-Request-Id", "Retry-After", "Idempotency-Replayed",
		},
	})
}

// withDeadline bounds a request by the server's deadline.
func (s *Server) withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.config.Deadline)
}
