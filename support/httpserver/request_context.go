package httpserver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"
)

type contextKey int

const (
	requestIDKey contextKey = iota
	traceParentKey
	pathKey
	suppliedIDKey
)

// callersRequestID is what a caller may choose as its request id (spec 03).
var callersRequestID = regexp.MustCompile(`^[A-Za-z0-9._:+/=-]{1,128}$`)

// traceParentForm is version 00 of W3C trace context; later versions begin the same.
var traceParentForm = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$`)

// RequestID is the id of the request that ctx belongs to, "" where none does.
func RequestID(ctx context.Context) string { return stringValue(ctx, requestIDKey) }

// TraceParent is the W3C traceparent of this service's part of the request.
func TraceParent(ctx context.Context) string { return stringValue(ctx, traceParentKey) }

func stringValue(ctx context.Context, key contextKey) string {
	value, _ := ctx.Value(key).(string)
	return value
}

// originalPath is the path that the caller asked for.
func originalPath(r *http.Request) string {
	if path := stringValue(r.Context(), pathKey); path != "" {
		return path
	}
	return r.URL.Path
}

// identify gives a request its ids: the caller's where they are well formed,
// else new ones.
func identify(r *http.Request) context.Context {
	ctx := r.Context()
	id := r.Header.Get("X-Request-Id")
	if callersRequestID.MatchString(id) {
		ctx = context.WithValue(ctx, suppliedIDKey, id)
	} else {
		id = rand.Text()
	}
	ctx = context.WithValue(ctx, requestIDKey, id)
	ctx = context.WithValue(ctx, pathKey, r.URL.Path)
	return context.WithValue(ctx, traceParentKey, continueTrace(r.Header.Get("traceparent")))
}

// continueTrace keeps the caller's trace id and flags under a span id of ours.
func continueTrace(parent string) string {
	const noTrace = "00000000000000000000000000000000"
	var random [24]byte
	_, _ = rand.Read(random[:]) // never fails (crypto/rand)
	trace, flags := hex.EncodeToString(random[:16]), "00"
	if m := traceParentForm.FindStringSubmatch(parent); m != nil && m[1] != noTrace {
		trace, flags = m[1], m[2]
	}
	return "00-" + trace + "-" + hex.EncodeToString(random[16:]) + "-" + flags
}

// traceID is the middle of a traceparent.
func traceID(parent string) string {
	const start, end = 3, 35
	if len(parent) < end {
		return ""
	}
	return parent[start:end]
}
