package httpserver

import (
	"net/http"
	"strings"
)

// ServeHTTP prepares a request for routing: its ids, a path without trailing
// slash, HEAD served as GET; and sets the headers that every answer has.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	known := identify(r)
	prepared := r.WithContext(s.contextOf(r, known))
	if path := r.URL.Path; len(path) > 1 && strings.HasSuffix(path, "/") {
		url := *r.URL
		url.Path, url.RawPath = strings.TrimSuffix(path, "/"), ""
		prepared.URL = &url
	}
	if r.Method == http.MethodHead { // net/http drops the body by the original request
		prepared.Method = http.MethodGet
	}
	header := w.Header()
	header.Set("X-Request-Id", known.id)
	header.Set("X-Content-Type-Options", "nosniff")
	if isAPI(prepared.URL.Path) {
		header.Set("Cache-Control", "no-store")
	}
	if s.draining.Load() {
		// The client goes elsewhere with its next request. Closing idle
		// connections instead would lose the one that is on its way.
		header.Set("Connection", "close")
	}
	s.engine.ServeHTTP(w, prepared)
}

func isAPI(path string) bool { return path == "/api" || strings.HasPrefix(path, "/api/") }
