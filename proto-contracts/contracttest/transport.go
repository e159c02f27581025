package contracttest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// Transport sends with next and reports to t every answer that the contract
// does not know. Answers are read whole before they are handed on, but for
// event streams, of which only status and headers are checked.
func Transport(t Reporter, contract *Contract, next http.RoundTripper) http.RoundTripper {
	return watcher{t: t, contract: contract, next: next}
}

type watcher struct {
	t        Reporter
	contract *Contract
	next     http.RoundTripper
}

// RoundTrip sends request and checks its answer.
func (w watcher) RoundTrip(request *http.Request) (*http.Response, error) {
	w.t.Helper()
	asked, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	response, err := w.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	exchange := Exchange{Request: request, RequestBody: asked, Status: response.StatusCode, Header: response.Header}
	if !isStream(response.Header) {
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, fmt.Errorf("read answer: %w", err)
		}
		if err := response.Body.Close(); err != nil {
			return nil, fmt.Errorf("close answer: %w", err)
		}
		exchange.Body = body
		response.Body = io.NopCloser(bytes.NewReader(body))
	}
	if err := w.contract.Check(exchange); err != nil {
		w.t.Errorf("outside of the contract:\n%v", err)
	}
	return response, nil
}

// bodyOf is a copy of the request's body; nil where it can be read only once.
func bodyOf(request *http.Request) ([]byte, error) {
	if request.GetBody == nil {
		return nil, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, fmt.Errorf("copy request body: %w", err)
	}
	defer func() { _ = body.Close() }()
	content, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("copy request body: %w", err)
	}
	return content, nil
}
