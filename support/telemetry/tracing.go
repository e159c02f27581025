package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Settings are the part of a service's settings that is about traces.
type Settings struct {
	// OTLPEndpoint is the base URL of an OTLP/HTTP collector, such as http://collector:4318; empty traces nothing.
	OTLPEndpoint string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	// TraceSampleRatio is the share of traces that is kept, 0 to 1, decided by the trace id and so alike in every service.
	TraceSampleRatio float64 `env:"TRACE_SAMPLE_RATIO" envDefault:"1"`
}

var (
	errEndpoint = errors.New("OTEL_EXPORTER_OTLP_ENDPOINT: must be http(s)://host[:port][/path]")
	errRatio    = errors.New("TRACE_SAMPLE_RATIO: must be from 0 to 1")
)

const (
	// queueSpans bounds what waits to be sent; more is dropped, and counted.
	queueSpans   = 4096
	batchSpans   = 512
	sendEvery    = 2 * time.Second
	sendWithin   = 5 * time.Second
	flushWithin  = 3 * time.Second
	idleWithin   = time.Minute
	instrumentID = "github.com/dailyfeed/dailyfeed"
)

// Tracing makes and sends spans. nil traces nothing.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	counts   *counts
}

// Open is what the settings ask for; nil without an endpoint. It does not
// connect: a collector may come later, and what it misses is counted.
func Open(settings Settings, service, version string) (*Tracing, error) {
	if settings.OTLPEndpoint == "" {
		return nil, nil //nolint:nilnil // nil is the Tracing that traces nothing
	}
	endpoint, err := url.Parse(settings.OTLPEndpoint)
	if err != nil || endpoint.Host == "" || (endpoint.Scheme != "http" && endpoint.Scheme != "https") {
		return nil, errEndpoint
	}
	if settings.TraceSampleRatio < 0 || settings.TraceSampleRatio > 1 {
		return nil, errRatio
	}
	exporter, err := otlptrace.New(context.Background(), &sender{ // nothing is done in it
		url: endpoint.JoinPath("v1", "traces").String(),
		client: &http.Client{Timeout: sendWithin, Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1, IdleConnTimeout: idleWithin,
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("open traces: %w", err)
	}
	counts := &counts{next: exporter}
	ratio := sdktrace.TraceIDRatioBased(settings.TraceSampleRatio)
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sdktrace.ParentBased(ratio, sdktrace.WithRemoteParentSampled(ratio))),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", service), attribute.String("service.version", version))),
		sdktrace.WithSpanProcessor(counter{counts}),
		sdktrace.WithBatcher(counts,
			sdktrace.WithMaxQueueSize(queueSpans), sdktrace.WithMaxExportBatchSize(batchSpans),
			sdktrace.WithBatchTimeout(sendEvery), sdktrace.WithExportTimeout(sendWithin)),
	)
	return &Tracing{provider: provider, tracer: provider.Tracer(instrumentID), counts: counts}, nil
}

// Run waits for the end of ctx and sends what is left, within 3 s. It is the
// first component of a service, so that it stops last.
func (t *Tracing) Run(ctx context.Context) error {
	<-ctx.Done()
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushWithin)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // what could not be sent is counted
	return nil
}

// begin starts a span inside the trace of ctx; ok is false where there is none.
func (t *Tracing) begin(ctx context.Context, kind trace.SpanKind, name string, attributes ...attribute.KeyValue) (inner context.Context, span trace.Span, ok bool) {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ctx, nil, false
	}
	inner, span = t.tracer.Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(attributes...))
	return inner, span, true
}
