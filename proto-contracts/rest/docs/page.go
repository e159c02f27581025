// Package docs is the page at /docs: it shows a service's document and lets one
// try it. It is one HTML answer that loads nothing but the document, so that it
// works without any network but the service.
//
// It is here and not in the HTTP server's module since it is about documents
// and nothing else; the server mounts it as an http.Handler.
package docs

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"strings"
)

//go:embed page.html
var markup string

//go:embed page.css
var style string

//go:embed page.js
var script string

// Page serves the page for the document at contractPath, such as
// /openapi.json, on the same origin.
func Page(contractPath string) http.Handler {
	content, policy := render(contractPath), contentPolicy()
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(content) // a reader that has gone needs no answer
	})
}

// render puts the parts together. Script and style go in as they are, since
// the policy names their digests; the path is escaped.
func render(contractPath string) []byte {
	page := strings.NewReplacer(
		"{{contract}}", html.EscapeString(contractPath),
		"{{style}}", style,
		"{{script}}", script,
	).Replace(markup)
	return []byte(page)
}

// contentPolicy allows this script, this style and requests to this origin.
func contentPolicy() string {
	return fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		digest(script), digest(style))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
