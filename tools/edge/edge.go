package edge

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"regexp"
)

// Edge is the front door as a handler.
type Edge struct {
	config   Config
	services map[Service]*httputil.ReverseProxy
	frontend http.Handler
}

// New makes an edge. Close its idle connections with CloseIdleConnections.
func New(config Config, log *slog.Logger) *Edge {
	e := &Edge{config: config, services: map[Service]*httputil.ReverseProxy{}}
	for service, at := range config.Upstreams {
		e.services[service] = newProxy(string(service), at, config.AnswerWithin, rewriteAPI, log)
	}
	e.frontend = page(config)
	if config.Frontend.Base() != "" {
		e.frontend = newFrontendProxy(config, log)
	}
	return e
}

const requestIDHeader = "X-Request-Id"

// callersRequestID is what a caller may choose as its request id.
var callersRequestID = regexp.MustCompile(`^[A-Za-z0-9._:+/=-]{1,128}$`)

// ServeHTTP routes one request.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !callersRequestID.MatchString(r.Header.Get(requestIDHeader)) {
		r.Header.Set(requestIDHeader, rand.Text())
	}
	d := decide(r.URL.EscapedPath(), r.URL.Path)
	switch d.target {
	case toService:
		e.services[d.service].ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), decisionKey{}, d)))
	case toFrontend:
		e.frontend.ServeHTTP(w, r)
	case nowhere:
		notFound(w, r)
	}
}

type decisionKey struct{}

func decisionOf(ctx context.Context) decision {
	d, _ := ctx.Value(decisionKey{}).(decision)
	return d
}
