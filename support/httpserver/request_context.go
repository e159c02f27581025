package httpserver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"
)

// request is what the edge knows of a request before it is routed.
type request struct {
	id          string
	supplied    bool // the id is the caller's
	traceParent string
	method      string // as asked: HEAD is routed as GET
	path        string // as asked, escaped, without query
}

type requestKey struct{}

// callersRequestID is what a caller may choose as its request id (spec 03).
var callersRequestID = regexp.MustCompile(`^[A-Za-z0-9._:+/=-]{1,128}$`)

// traceParentForm is version 00 of W3C trace context; later versions may add
// to the end of it.
var traceParentForm = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$`)

// RequestID is the id of the request that ctx belongs to, "" where none does.
func RequestID(ctx context.Context) string { return requestOf(ctx).id }

// TraceParent is the W3C traceparent of this service's part of the request.
func TraceParent(ctx context.Context) string { return requestOf(ctx).traceParent }

func requestOf(ctx context.Context) request {
	r, _ := ctx.Value(requestKey{}).(request)
	return r
}

// identify gives a request its ids: the caller's where they are well formed,
// else new ones.
func identify(r *http.Request) context.Context {
	known := request{
		id: r.Header.Get("X-Request-Id"), method: r.Method, path: r.URL.EscapedPath(),
		traceParent: continueTrace(r.Header.Get("traceparent")),
	}
	known.supplied = callersRequestID.MatchString(known.id)
	if !known.supplied {
		known.id = rand.Text()
	}
	return context.WithValue(r.Context(), requestKey{}, known)
}

const (
	noTrace = "00000000000000000000000000000000"
	noSpan  = "0000000000000000"
)

// continueTrace keeps the caller's trace id and flags under a span id of ours.
func continueTrace(parent string) string {
	var random [24]byte
	_, _ = rand.Read(random[:]) // never fails (crypto/rand)
	trace, flags := hex.EncodeToString(random[:16]), "00"
	const parts = 6 // the whole, version, trace, span, flags, more
	m := traceParentForm.FindStringSubmatch(parent)
	if len(m) == parts && isTrace(m[1], m[2], m[3], m[5]) {
		trace, flags = m[2], m[4]
	}
	return "00-" + trace + "-" + hex.EncodeToString(random[16:]) + "-" + flags
}

// isTrace holds for the ids that mean something, in a version that may be:
// 00 ends with the flags, and ff is none.
func isTrace(version, trace, span, more string) bool {
	return trace != noTrace && span != noSpan && version != "ff" && (version != "00" || more == "")
}

// traceID is the middle of a traceparent.
func traceID(parent string) string {
	const start, end = 3, 35
	if len(parent) < end {
		return ""
	}
	return parent[start:end]
}
