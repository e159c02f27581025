package contracttest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// printer writes the validator's messages.
var printer = message.NewPrinter(language.English)

// transportHeaders belong to HTTP, CORS or the mesh and not to an endpoint.
var transportHeaders = []string{
	"Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date",
	"Keep-Alive", "Server", "Traceparent", "Transfer-Encoding", "Vary", "Via",
}

func (c *Contract) checkHeaders(response node, e Exchange) []error {
	documented := response.child("headers")
	var faults []error
	for _, name := range documented.keys() {
		faults = append(faults, c.checkHeader(name, documented.child(name), e.Header.Values(name))...)
	}
	for name := range e.Header {
		if !documented.has(name) && !belongsToTransport(name) && !hasFold(documented, name) {
			faults = append(faults, fmt.Errorf("header %s is not documented", name))
		}
	}
	return faults
}

func (c *Contract) checkHeader(name string, header node, values []string) []error {
	if len(values) == 0 {
		if header.flag("required") {
			return []error{fmt.Errorf("header %s is missing", name)}
		}
		return nil
	}
	var faults []error
	if len(values) > 1 && name != "Set-Cookie" {
		faults = append(faults, fmt.Errorf("header %s appears %d times", name, len(values)))
	}
	for _, value := range values {
		faults = append(faults, schemaFaults("header "+name, c.validate(header.child("schema"), value))...)
	}
	return faults
}

func belongsToTransport(name string) bool {
	return slices.Contains(transportHeaders, name) ||
		strings.HasPrefix(name, "Access-Control-") || strings.HasPrefix(name, "X-Envoy-")
}

// hasFold is for names whose canonical form in Go is not how they are written,
// such as ETag.
func hasFold(documented node, name string) bool {
	return slices.ContainsFunc(documented.keys(), func(key string) bool {
		return http.CanonicalHeaderKey(key) == name
	})
}
