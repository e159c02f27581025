package bundle

import (
	"slices"
	"strings"
)

// surface is the part of the API that an operation belongs to; it decides
// which headers every answer has.
type surface string

const (
	readSurface     surface = "Read"     // /api, changes nothing or takes no key
	writeSurface    surface = "Write"    // /api, takes an Idempotency-Key
	internalSurface surface = "Internal" // /internal
	plainSurface    surface = "Plain"    // health, documents, keys
)

// operation is an operation of a source with what the rules ask about it.
type operation struct {
	source     *Object
	method     string
	surface    surface
	schemes    []string  // names of the security schemes, any of which will do
	parameters []*Object // of the path item and of the operation, resolved
	body       bool      // takes a JSON body
}

func (c *conventions) newOperation(path, method string, item, source *Object) (operation, error) {
	op := operation{source: source, method: method}
	op.schemes = schemeNames(source, c.document)
	op.surface = surfaceOf(path, method, source)
	for _, holder := range []*Object{item, source} {
		for _, entry := range holder.Objects("parameters") {
			parameter, err := c.resolve(entry)
			if err != nil {
				return operation{}, err
			}
			op.parameters = append(op.parameters, parameter)
		}
	}
	if source.Has("requestBody") {
		body, err := c.resolve(source.Object("requestBody"))
		if err != nil {
			return operation{}, err
		}
		op.body = body.Child("content").Has("application/json")
	}
	return op, nil
}

func (c *conventions) resolve(o *Object) (*Object, error) {
	if ref := o.Text("$ref"); ref != "" {
		return find(c.document, ref)
	}
	return o, nil
}

func schemeNames(source, document *Object) []string {
	holder := document
	if source.Has("security") {
		holder = source
	}
	var names []string
	for _, alternative := range holder.Objects("security") {
		names = append(names, alternative.Keys()...)
	}
	return names
}

func surfaceOf(path, method string, source *Object) surface {
	switch {
	case strings.HasPrefix(path, "/internal/"):
		return internalSurface
	case !strings.HasPrefix(path, "/api/"):
		return plainSurface
	case changes(method) && source.Text(idempotencyKey) != "exempt":
		return writeSurface
	default:
		return readSurface
	}
}

func changes(method string) bool { return method != "get" && method != "head" }

// takesKey reports whether the operation is idempotent by key.
func (op operation) takesKey() bool { return op.surface == writeSurface }

func (op operation) has(scheme string) bool { return slices.Contains(op.schemes, scheme) }

// codes are the codes that the operation names and those that follow from what
// it is.
func (op operation) codes() []string {
	codes := op.source.Texts(codesKey)
	if op.surface == plainSurface {
		return codes
	}
	codes = append(codes, "INTERNAL", "SERVICE_UNAVAILABLE", "DEADLINE_EXCEEDED")
	codes = append(codes, op.securityCodes()...)
	if changes(op.method) {
		codes = append(codes, "PAYLOAD_TOO_LARGE")
	}
	if changes(op.method) && op.surface != internalSurface {
		codes = append(codes, "TOO_MANY_REQUESTS")
	}
	if op.body {
		codes = append(codes, "MALFORMED_REQUEST", "VALIDATION_FAILED")
	}
	if slices.ContainsFunc(op.parameters, refusable) {
		codes = append(codes, "VALIDATION_FAILED")
	}
	if slices.ContainsFunc(op.parameters, func(p *Object) bool { return p.Text("name") == "page" }) {
		codes = append(codes, "PAGE_TOO_DEEP")
	}
	if op.takesKey() {
		codes = append(codes, "VALIDATION_FAILED", "REQUEST_IN_PROGRESS", "IDEMPOTENCY_KEY_REUSED")
	}
	return codes
}

func (op operation) securityCodes() []string {
	var codes []string
	if op.has("bearer") {
		codes = append(codes, "BEARER_TOKEN_MISSING", "INVALID_TOKEN", "JWT_EXPIRED", "TOKEN_REVOKED")
	}
	if op.has("refreshCookie") {
		codes = append(codes, "INVALID_TOKEN", "TOKEN_REVOKED", "ORIGIN_NOT_ALLOWED")
	}
	if op.has("internalToken") {
		codes = append(codes, "NOT_FOUND")
	}
	return codes
}

// refusable reports whether a value of the parameter can break a rule; a name
// in a path that nothing has is simply not found.
func refusable(parameter *Object) bool {
	schema := parameter.Child("schema")
	return parameter.Text("in") == "query" || parameter.Text("in") == "path" && schema.Text("type") != "string"
}

// everyAnswer are the headers of all answers of the surface.
func (op operation) everyAnswer() []string {
	headers := []string{"X-Request-Id", "X-Content-Type-Options"}
	if op.surface == readSurface || op.surface == writeSurface {
		headers = append(headers, "Cache-Control")
	}
	return headers
}

func (op operation) successHeaders() []string {
	headers := op.everyAnswer()
	if op.takesKey() {
		headers = append(headers, "Idempotency-Replayed")
	}
	if !changes(op.method) && op.has("bearer") {
		headers = append(headers, "X-Token-Refresh-Needed")
	}
	return headers
}

func (op operation) failureHeaders(status int64, codes []string) []string {
	headers := op.everyAnswer()
	switch status {
	case 401:
		return append(headers, sessionHeaders(codes)...)
	case 429, 503:
		return append(headers, "Retry-After")
	case 409, 500, 504:
		return headers
	default:
		if op.takesKey() {
			headers = append(headers, "Idempotency-Replayed")
		}
		return headers
	}
}

// sessionHeaders are the headers that may come with these token codes; which
// of them must is said with each code.
func sessionHeaders(codes []string) []string {
	var headers []string
	if slices.Contains(codes, "BEARER_TOKEN_MISSING") {
		headers = append(headers, "WWW-Authenticate")
	}
	headers = append(headers, "X-Relogin-Required")
	if slices.Contains(codes, "JWT_EXPIRED") {
		headers = append(headers, "X-Token-Refresh-Needed")
	}
	return headers
}
