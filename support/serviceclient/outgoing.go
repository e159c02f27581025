package serviceclient

import (
	"context"
	"net/http"
)

// Outgoing is what a request passes on to the calls that are made for it; ""
// passes nothing.
type Outgoing struct {
	// Authorization is the caller's header, whole.
	Authorization string
	RequestID     string
	// IdempotencyKey goes with calls that change something. Two such calls to
	// one path with different bodies need keys of their own: a header that is
	// set on a request is left alone.
	IdempotencyKey string
	// TraceParent is the span that the calls belong to.
	TraceParent string
}

type outgoingKey struct{}

// WithOutgoing returns a context whose calls pass o on.
func WithOutgoing(ctx context.Context, o Outgoing) context.Context {
	return context.WithValue(ctx, outgoingKey{}, o)
}

// OutgoingOf takes what is passed on from a request as it came in. A server
// that gives requests ids or spans of its own puts those in their place.
func OutgoingOf(r *http.Request) Outgoing {
	return Outgoing{
		Authorization:  r.Header.Get("Authorization"),
		RequestID:      r.Header.Get("X-Request-Id"),
		IdempotencyKey: r.Header.Get("Idempotency-Key"),
		TraceParent:    r.Header.Get("traceparent"),
	}
}

// PassOn makes what gives the context of a request that came in what its calls
// pass on. requestID and traceParent are what the server gave it.
func PassOn(requestID, traceParent func(ctx context.Context) string) func(ctx context.Context, r *http.Request) context.Context {
	return func(ctx context.Context, r *http.Request) context.Context {
		o := OutgoingOf(r)
		o.RequestID, o.TraceParent = requestID(ctx), traceParent(ctx)
		return WithOutgoing(ctx, o)
	}
}

// addOutgoing sets the headers that the request does not have. header is the
// request's own copy.
func addOutgoing(ctx context.Context, method string, header http.Header) {
	o, _ := ctx.Value(outgoingKey{}).(Outgoing)
	if onlyReads(method) {
		o.IdempotencyKey = ""
	}
	for name, value := range map[string]string{
		"Authorization": o.Authorization, "X-Request-Id": o.RequestID,
		"Idempotency-Key": o.IdempotencyKey, "Traceparent": o.TraceParent,
	} {
		if _, set := header[name]; value != "" && !set {
			header.Set(name, value)
		}
	}
}

func onlyReads(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == "" || method == http.MethodOptions
}
