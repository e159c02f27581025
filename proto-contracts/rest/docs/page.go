// Package docs is the page at /docs: it shows a service's document and lets one
// try it. It is one HTML answer that loads nothing but the document, so that it
// works without any network but the service.
//
// It is here and not in the HTTP server's module since it is about documents
// and nothing else; the server mounts it as an http.Handler.
package docs

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
)

//go:embed page.html
var markup string

//go:embed page.css
var style string

//go:embed page.js
var script string

// Page serves the page for the document at contractPath, such as
// /openapi.json, on the same origin. It panics on a template that does not
// parse, which is a fault of this package and not of the caller.
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

func render(contractPath string) []byte {
	parsed := template.Must(template.New("page").Parse(markup))
	var out bytes.Buffer
	values := map[string]any{
		"Contract": contractPath,
		"Style":    template.CSS(style),
		"Script":   template.JS(script),
	}
	if err := parsed.Execute(&out, values); err != nil {
		panic(fmt.Errorf("docs: render page: %w", err))
	}
	return out.Bytes()
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
