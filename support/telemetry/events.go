package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Sends gives each record that is sent a span inside the trace of what it tells
// of, and its own traceparent to the record. Without a parent there is no span:
// end is nil.
func (t *Tracing) Sends() func(parent, topic string) (own string, end func(error)) {
	if t == nil {
		return nil
	}
	return func(parent, topic string) (string, func(error)) {
		ctx, span, ok := t.begin(within(context.Background(), parent), trace.SpanKindProducer, "send record",
			attribute.String("messaging.system", "kafka"), attribute.String("messaging.destination.name", topic))
		if !ok {
			return parent, nil
		}
		return parentOf(ctx), func(err error) { finish(span, err) }
	}
}

// Receipts gives each record that is handled a span inside the trace that its
// traceparent names. Records that are handled together share what is done for
// them: it belongs to the trace of the first that is kept, and the others' spans are linked
// to that.
func (t *Tracing) Receipts(group string) func(ctx context.Context, topic string, parents []string) (context.Context, func(error)) {
	if t == nil {
		return nil
	}
	consumer := attribute.String("messaging.consumer.group.name", group)
	return func(ctx context.Context, topic string, parents []string) (context.Context, func(error)) {
		var spans []trace.Span
		handled := ctx
		for _, parent := range parents {
			if !spanOf(parent).IsValid() {
				continue
			}
			options := []trace.SpanStartOption{
				trace.WithSpanKind(trace.SpanKindConsumer),
				trace.WithAttributes(consumer, attribute.String("messaging.system", "kafka"),
					attribute.String("messaging.destination.name", topic), attribute.Int("messaging.batch.message_count", len(parents))),
			}
			if len(spans) > 0 {
				options = append(options, trace.WithLinks(trace.Link{SpanContext: spans[0].SpanContext()}))
			}
			inner, span := t.tracer.Start(within(ctx, parent), "handle record", options...)
			if !trace.SpanContextFromContext(handled).IsSampled() { // the first, or the first that is kept
				handled = inner //nolint:fatcontext // one of them
			}
			spans = append(spans, span)
		}
		return handled, func(err error) {
			for _, span := range spans {
				finish(span, err)
			}
		}
	}
}
