// Package telemetrytest has an OTLP collector for tests: it keeps the spans that
// it gets, and finds its way among them.
package telemetrytest

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Span is one span, flattened.
type Span struct {
	Service, Name, Kind string
	Trace, ID, Parent   string // hexadecimal; Parent is "" for a root
	Failed              bool
	Attributes          map[string]string // those that are texts
}

// Collector takes traces by OTLP over HTTP.
type Collector struct {
	// URL is what OTEL_EXPORTER_OTLP_ENDPOINT is set to.
	URL string

	mu     sync.Mutex
	spans  []Span
	broken bool
}

// New starts a collector that ends with the test.
func New(t testing.TB) *Collector {
	t.Helper()
	c, stop := Start()
	t.Cleanup(stop)
	return c
}

// Start starts a collector for all tests of a binary; stop ends it.
func Start() (c *Collector, stop func()) {
	c = &Collector{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", c.take)
	server := httptest.NewServer(mux)
	c.URL = server.URL
	return c, server.Close
}

// Break makes the collector refuse everything, or take it again.
func (c *Collector) Break(broken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = broken
}

func (c *Collector) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	request := &collectorpb.ExportTraceServiceRequest{}
	if err != nil || proto.Unmarshal(body, request) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	for _, resource := range request.GetResourceSpans() {
		service := texts(resource.GetResource().GetAttributes())["service.name"]
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				c.spans = append(c.spans, flatten(service, span))
			}
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

var kinds = map[tracepb.Span_SpanKind]string{
	tracepb.Span_SPAN_KIND_SERVER: "server", tracepb.Span_SPAN_KIND_CLIENT: "client", tracepb.Span_SPAN_KIND_PRODUCER: "producer",
	tracepb.Span_SPAN_KIND_CONSUMER: "consumer", tracepb.Span_SPAN_KIND_INTERNAL: "internal",
}

func flatten(service string, span *tracepb.Span) Span {
	return Span{
		Service: service, Name: span.GetName(), Kind: kinds[span.GetKind()],
		Trace: hex.EncodeToString(span.GetTraceId()), ID: hex.EncodeToString(span.GetSpanId()), Parent: hex.EncodeToString(span.GetParentSpanId()),
		Failed:     span.GetStatus().GetCode() == tracepb.Status_STATUS_CODE_ERROR,
		Attributes: texts(span.GetAttributes()),
	}
}

func texts(attributes []*commonpb.KeyValue) map[string]string {
	out := map[string]string{}
	for _, a := range attributes {
		if text := a.GetValue().GetStringValue(); text != "" {
			out[a.GetKey()] = text
		}
	}
	return out
}

// Spans are those of a trace that have arrived; "" means all.
func (c *Collector) Spans(trace string) []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []Span
	for _, s := range c.spans {
		if trace == "" || s.Trace == trace {
			found = append(found, s)
		}
	}
	return found
}

// Below are the spans of a trace under a span, at any depth.
func (c *Collector) Below(of Span) []Span {
	all := c.Spans(of.Trace)
	var found []Span
	for parents := map[string]bool{of.ID: true}; ; {
		before := len(found)
		for _, s := range all {
			if parents[s.Parent] && !parents[s.ID] {
				parents[s.ID] = true
				found = append(found, s)
			}
		}
		if len(found) == before {
			return found
		}
	}
}
