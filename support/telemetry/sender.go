package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// sender posts spans to a collector (OTLP/HTTP, binary). It implements
// otlptrace.Client. The library's own links gRPC, and with it templates, for
// which the linker keeps every method of every type: 5 MB of activity's image, compressed.
type sender struct {
	url    string
	client *http.Client
}

var errRefused = errors.New("the collector refused the spans")

// Start implements otlptrace.Client: a collector may come later.
func (s *sender) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (s *sender) Stop(context.Context) error {
	s.client.CloseIdleConnections()
	return nil
}

// UploadTraces implements otlptrace.Client. It sends once: a collector that is away
// costs its spans, not memory. The message is the protocol's request, whose one
// field is that of TracesData.
func (s *sender) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return fmt.Errorf("encode spans: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send spans: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("send spans: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	const most = 64 << 10
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, most)); err != nil {
		return fmt.Errorf("send spans: %w", err)
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%w: %s", errRefused, response.Status)
	}
	return nil
}
