package httpserver

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// Settings are the parts of a Config that come from the environment; services
// embed them in their config struct. Where a zero has no sense it means the default.
type Settings struct {
	// Port of the public listener; 0 takes a free one.
	Port int `env:"PORT" envDefault:"8080"`
	// AdminPort serves /metrics and pprof; -1 means Port + 1000, 0 a free one.
	AdminPort int `env:"ADMIN_PORT" envDefault:"-1"`
	// CORSAllowedOrigins are the web origins that may call /api, comma separated.
	CORSAllowedOrigins []string `env:"CORS_ALLOWED_ORIGINS" envDefault:"http://localhost:3000,http://localhost:3001"`
	// TrustedProxies are addresses or CIDRs whose X-Forwarded-* headers are believed, comma separated.
	TrustedProxies []string `env:"TRUSTED_PROXIES"`
	// SharedClientAddresses are exempt from every limit by address: many users share them, comma separated.
	SharedClientAddresses []string `env:"SHARED_CLIENT_ADDRESSES"`
	// MaxInFlight bounds the requests that are worked on at once; more are answered 503 at once.
	MaxInFlight int `env:"MAX_IN_FLIGHT" envDefault:"512"`
	// ShutdownDelay is how long to go on serving after SIGTERM, while endpoints are withdrawn.
	ShutdownDelay time.Duration `env:"SHUTDOWN_DELAY" envDefault:"5s"`
	// InternalToken is the fleet's own credential for /internal; empty refuses all of it.
	InternalToken process.Secret `env:"INTERNAL_TOKEN"`
	// WriteBurst is how many writes a member may send at once.
	WriteBurst int `env:"WRITE_BURST" envDefault:"100"`
	// WriteRate is how many writes a second a member may keep up.
	WriteRate float64 `env:"WRITE_RATE" envDefault:"20"`
	// AddressWriteBurst is how many writes an address may send at once.
	AddressWriteBurst int `env:"ADDRESS_WRITE_BURST" envDefault:"1000"`
	// AddressWriteRate is how many writes a second an address may keep up.
	AddressWriteRate float64 `env:"ADDRESS_WRITE_RATE" envDefault:"200"`
}

// Config is what a server needs beside its routes.
type Config struct {
	Settings
	// Service is the name in logs and metrics, such as "content".
	Service string
	// Deadline bounds each request; 0 means 10 s.
	Deadline time.Duration
	// MaxBody bounds request bodies in bytes; 0 means 1 MiB.
	MaxBody int64
	// Authenticate checks tokens for routes under Authenticated.
	Authenticate Authenticator
	// Caller tells the member of an authenticated context; 0 where there is none.
	Caller func(ctx context.Context) int64
	// Book keeps the answers of writes; needed where Write is used.
	Book idempotency.Book
	// DigestKey keeps the digests of bodies in Book from telling what was sent: a
	// password could be guessed by that of the request which set it, at the speed
	// of a plain hash. All replicas have the same; nil is no key, for services whose
	// bodies are no secrets.
	DigestKey []byte
	// Unavailable says whether a cause means that a dependency is down: such
	// failures are answered 503 instead of 500.
	Unavailable func(err error) bool
	// Enrich may add to the context of each request, before its handler.
	Enrich func(ctx context.Context, r *http.Request) context.Context
	// Trace begins the span of each request and returns its context, its
	// traceparent, and what ends it; nil where nothing is traced. parent is the
	// header that the caller sent, whatever it says.
	Trace func(ctx context.Context, parent, method string) (inner context.Context, own string, end func(route string, status int))
	// Live are the checks behind /healthcheck/live, by name: that the process
	// itself works, whatever it depends on. None means it does.
	Live map[string]func(ctx context.Context) error
	// Ready are the checks behind /healthcheck/ready, by name.
	Ready map[string]func(ctx context.Context) error
	// Registerer takes the server's metrics; nil keeps none.
	Registerer prometheus.Registerer
	// Logger takes the access lines; nil means slog's default at that time.
	Logger *slog.Logger
	// Document is the service's OpenAPI document in JSON, served at /openapi.json.
	Document []byte
	// Docs is the page at /docs.
	Docs http.Handler
}

// Authenticator checks a request's credentials. It returns the context that
// carries the caller, and headers for the answer of a GET or HEAD that
// succeeds; or an *apierr.Error.
type Authenticator interface {
	Authenticate(ctx context.Context, r *http.Request) (context.Context, http.Header, error)
}

const (
	defaultDeadline          = 10 * time.Second
	defaultMaxBody           = 1 << 20
	defaultMaxInFlight       = 512
	defaultWriteBurst        = 100
	defaultWriteRate         = 20
	defaultAddressWriteBurst = 1000
	defaultAddressWriteRate  = 200
	adminOffset              = 1000
)

func (c Config) withDefaults() Config {
	orDefault(&c.Deadline, defaultDeadline)
	orDefault(&c.MaxBody, defaultMaxBody)
	orDefault(&c.MaxInFlight, defaultMaxInFlight)
	orDefault(&c.WriteBurst, defaultWriteBurst)
	orDefault(&c.WriteRate, defaultWriteRate)
	orDefault(&c.AddressWriteBurst, defaultAddressWriteBurst)
	orDefault(&c.AddressWriteRate, defaultAddressWriteRate)
	if c.AdminPort < 0 {
		c.AdminPort = 0
		if c.Port != 0 {
			c.AdminPort = c.Port + adminOffset
		}
	}
	return c
}

func orDefault[T int | int64 | float64 | time.Duration](value *T, fallback T) {
	if *value <= 0 {
		*value = fallback
	}
}

func (s *Server) log() *slog.Logger {
	if s.config.Logger != nil {
		return s.config.Logger
	}
	return slog.Default()
}
