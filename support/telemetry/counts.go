package telemetry

import (
	"context"
	"log/slog"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Counts are spans since the start. Ended − Sent − Failed is what waits, or was
// dropped because too much waited.
type Counts struct{ Ended, Sent, Failed uint64 }

// Counts are this process's; zero where nothing is traced.
func (t *Tracing) Counts() Counts {
	if t == nil {
		return Counts{}
	}
	return Counts{t.counts.ended.Load(), t.counts.sent.Load(), t.counts.failed.Load()}
}

// counts is an exporter that counts what another one sends.
type counts struct {
	next                sdktrace.SpanExporter
	ended, sent, failed atomic.Uint64
	down                atomic.Bool
}

// ExportSpans implements sdktrace.SpanExporter. A failure is counted and told
// when it begins and when it ends, and not returned: the SDK would print it.
func (c *counts) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := c.next.ExportSpans(ctx, spans); err != nil {
		c.failed.Add(uint64(len(spans)))
		if !c.down.Swap(true) {
			slog.WarnContext(ctx, "traces are not taken", "error", err)
		}
		return nil
	}
	c.sent.Add(uint64(len(spans)))
	if c.down.Swap(false) {
		slog.InfoContext(ctx, "traces are taken again")
	}
	return nil
}

// Shutdown implements sdktrace.SpanExporter.
func (c *counts) Shutdown(ctx context.Context) error {
	return c.next.Shutdown(ctx) //nolint:wrapcheck // a decorator
}

// counter counts spans that end, before anything can drop them.
type counter struct{ counts *counts }

// OnStart implements sdktrace.SpanProcessor.
func (counter) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd implements sdktrace.SpanProcessor.
func (c counter) OnEnd(span sdktrace.ReadOnlySpan) {
	if span.SpanContext().IsSampled() {
		c.counts.ended.Add(1)
	}
}

// Shutdown implements sdktrace.SpanProcessor.
func (counter) Shutdown(context.Context) error { return nil }

// ForceFlush implements sdktrace.SpanProcessor.
func (counter) ForceFlush(context.Context) error { return nil }
