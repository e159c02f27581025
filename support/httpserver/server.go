package httpserver

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/idempotency"
)

// Server is a service's HTTP side. Mount routes on Public, Authenticated and
// Internal, then run it.
type Server struct {
	config   Config
	engine   *gin.Engine
	origins  origins
	proxies  []netip.Prefix
	limits   *limits
	metrics  *metrics
	slots    *slots
	started  atomic.Bool
	draining atomic.Bool
	ending   chan struct{} // closed when streams are to end
}

// New makes a server with everything but the service's routes. It fails with
// all settings that are malformed.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	s := &Server{config: config, slots: newSlots(config.MaxInFlight, config.Deadline), ending: make(chan struct{})}
	var faults [3]error
	s.origins, faults[0] = newOrigins(config.CORSAllowedOrigins)
	s.proxies, faults[1] = parsePrefixes("TRUSTED_PROXIES", config.TrustedProxies)
	s.limits, faults[2] = newLimits(config.Settings)
	if err := errors.Join(faults[:]...); err != nil {
		return nil, err
	}
	var err error
	if s.engine, err = s.newEngine(); err != nil {
		return nil, err
	}
	s.metrics = newMetrics(config.Registerer, s.slots)
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
	// A handler that passes its *gin.Context on as a context would otherwise
	// pass neither deadline nor transaction, and nobody would see it.
	engine.ContextWithFallback = true
	engine.RemoteIPHeaders = []string{"X-Forwarded-For"}
	trusted := make([]string, 0, len(s.proxies))
	for _, prefix := range s.proxies {
		trusted = append(trusted, prefix.String())
	}
	if err := engine.SetTrustedProxies(trusted); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	engine.Use(s.observe, s.recoverPanic, s.crossOrigin)
	engine.NoRoute(func(c *gin.Context) { s.writeFailure(c, apierr.CodeNotFound.New()) })
	engine.NoMethod(s.refuseMethod)
	return engine, nil
}

// refuseMethod says which methods the path has. Gin's own Allow is not believed:
// what its search in one method's tree passes over, it takes for a match in the
// next one's.
func (s *Server) refuseMethod(c *gin.Context) {
	allowed := s.methodsAt(c.Request.URL.Path)
	if len(allowed) == 0 {
		c.Writer.Header().Del("Allow")
		s.writeFailure(c, apierr.CodeNotFound.New())
		return
	}
	c.Header("Allow", strings.Join(allowed, ", "))
	s.writeFailure(c, apierr.CodeMethodNotAllowed.New())
}

// methodsAt are the methods that have a route for path, sorted; HEAD is served
// as GET.
func (s *Server) methodsAt(path string) (methods []string) {
	for _, route := range s.engine.Routes() {
		if !fitsPattern(path, route.Path) {
			continue
		}
		methods = append(methods, route.Method)
		if route.Method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// fitsPattern compares a path with a route's, whose parameters are ":name" and
// take one segment.
func fitsPattern(path, pattern string) bool {
	for {
		segment, rest, more := strings.Cut(path, "/")
		wanted, wantedRest, wantedMore := strings.Cut(pattern, "/")
		isParameter := strings.HasPrefix(wanted, ":") && segment != ""
		if segment != wanted && !isParameter || more != wantedMore {
			return false
		}
		if !more {
			return true
		}
		path, pattern = rest, wantedRest
	}
}

// Public is where routes without a token are mounted.
func (s *Server) Public() gin.IRoutes { return s.engine.Group("/", s.admit) }

// PublicBytes is Public for handlers that are mounted by Raw: the same, and
// cheaper, since there is no deadline to be made and taken away.
func (s *Server) PublicBytes() gin.IRoutes { return s.engine.Group("/", s.admitUntimed) }

// Authenticated is where routes that need a token are mounted. Routing comes
// first: an unknown path is 404 with and without a token.
func (s *Server) Authenticated() gin.IRoutes {
	if s.config.Authenticate == nil {
		panic("httpserver: Authenticated needs Config.Authenticate") //nolint:forbidigo // a mistake of the program, found at its start
	}
	return s.engine.Group("/", s.admit, s.authenticate)
}

// Ending is Authenticated for routes whose success revokes the caller's token.
// A repeat of such a request comes with a token that the first one revoked: it
// gets the first one's answer, and what is no repeat is refused as anywhere.
func (s *Server) Ending() gin.IRoutes {
	if _, ok := s.config.Book.(idempotency.Recaller); !ok || s.config.Authenticate == nil {
		panic("httpserver: Ending needs Config.Authenticate and a Config.Book that recalls") //nolint:forbidigo // a mistake of the program, found at its start
	}
	return s.engine.Group("/", s.admit, s.authenticateOrRecall)
}

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
