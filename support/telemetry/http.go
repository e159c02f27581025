package telemetry

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Requests begins a span for each request that comes in, inside the caller's
// trace where parent names one. It returns the context of the span, its
// traceparent, and what ends it when the route and the status are known.
func (t *Tracing) Requests() func(ctx context.Context, parent, method string) (context.Context, string, func(route string, status int)) {
	if t == nil {
		return nil
	}
	return func(ctx context.Context, parent, method string) (context.Context, string, func(string, int)) {
		ctx, span := t.tracer.Start(within(ctx, parent), method,
			trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attribute.String("http.request.method", method)))
		return ctx, parentOf(ctx), func(route string, status int) {
			span.SetName(method + " " + route)
			span.SetAttributes(attribute.String("http.route", route))
			endWith(span, status)
		}
	}
}

// Calls gives every attempt at target a span of its own, and its traceparent to
// the target.
func (t *Tracing) Calls(target string) func(next http.RoundTripper) http.RoundTripper {
	if t == nil {
		return nil
	}
	return func(next http.RoundTripper) http.RoundTripper { return &caller{t, target, next} }
}

type caller struct {
	tracing *Tracing
	target  string
	next    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *caller) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, span, ok := c.tracing.begin(r.Context(), trace.SpanKindClient, r.Method+" "+c.target,
		attribute.String("http.request.method", r.Method), attribute.String("peer.service", c.target))
	if !ok {
		return c.next.RoundTrip(r) //nolint:wrapcheck // a decorator
	}
	r = r.Clone(ctx)
	r.Header.Set(traceParent, parentOf(ctx))
	response, err := c.next.RoundTrip(r)
	if err != nil {
		finish(span, err)
		return nil, err //nolint:wrapcheck // a decorator
	}
	endWith(span, response.StatusCode)
	return response, nil
}

// CloseIdleConnections closes what next keeps open.
func (c *caller) CloseIdleConnections() {
	if pool, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		pool.CloseIdleConnections()
	}
}

func endWith(span trace.Span, status int) {
	span.SetAttributes(attribute.Int("http.response.status_code", status))
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, http.StatusText(status))
	}
	span.End()
}

// finish ends a span. What went wrong is only that it did: texts of errors may
// carry what a person wrote, and the log has them, without it.
func finish(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, "failed")
	}
	span.End()
}
