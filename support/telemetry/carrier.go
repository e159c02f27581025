package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

const traceParent = "traceparent"

// carrier is a traceparent by itself, as records and rows carry it.
type carrier string

// Get implements propagation.TextMapCarrier.
func (c *carrier) Get(key string) string {
	if key == traceParent {
		return string(*c)
	}
	return ""
}

// Set implements propagation.TextMapCarrier.
func (c *carrier) Set(key, value string) {
	if key == traceParent {
		*c = carrier(value)
	}
}

// Keys implements propagation.TextMapCarrier.
func (c *carrier) Keys() []string { return []string{traceParent} }

// within is ctx inside the span that a traceparent names; ctx itself where it
// names none.
func within(ctx context.Context, parent string) context.Context {
	c := carrier(parent)
	return propagation.TraceContext{}.Extract(ctx, &c)
}

// parentOf is the traceparent of the span of ctx.
func parentOf(ctx context.Context) string {
	var c carrier
	propagation.TraceContext{}.Inject(ctx, &c)
	return string(c)
}

func spanOf(parent string) trace.SpanContext {
	return trace.SpanContextFromContext(within(context.Background(), parent))
}
