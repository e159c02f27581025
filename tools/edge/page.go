package edge

import (
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// docsLink is a service's page of documentation.
type docsLink struct {
	Service Service
	URL     string
}

// page is what stands in for a frontend: what runs here, and how to log in.
func page(config Config) http.Handler {
	var links []docsLink
	for _, service := range Services() {
		if base := config.Upstreams[service].Base(); base != "" {
			links = append(links, docsLink{Service: service, URL: base + "/docs"})
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set(requestIDHeader, r.Header.Get(requestIDHeader))
		if r.URL.Path != "/" {
			http.Error(w, "nothing here; the API is under /api, and FRONTEND_URL names no frontend", http.StatusNotFound)
			return
		}
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_ = pageTemplate.Execute(w, struct { // fails only when the client goes away
			Docs []docsLink
			Demo string
		}{links, config.DemoLogin})
	})
}
