package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer is the largest body that is read: far above any page of the
// contract, and a bound on what a broken neighbour can make us hold.
const maxAnswer = 16 << 20

// Doer sends a request; *http.Client is one.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Caller sends the requests of one client.
type Caller struct {
	server  string
	doer    Doer
	options []Option
}

// NewCaller makes a caller of server. The options are applied to every request,
// before those of the single request.
func NewCaller(server string, doer Doer, options ...Option) *Caller {
	return &Caller{server: strings.TrimRight(server, "/"), doer: doer, options: options}
}

// Request is a request of the contract.
type Request struct {
	Method string
	// Path begins with a slash and is escaped.
	Path  string
	Query url.Values
	// Body is written as JSON unless it is an Encoder; nil for none.
	Body any
}

// Encoder is a body that is not JSON.
type Encoder interface {
	// Encode returns the bytes and their content type.
	Encode() (body []byte, contentType string, err error)
}

// Call sends request and returns the payload of its answer.
// It fails with *Failure where the service refused or failed, with
// *UnexpectedAnswer where what came is not an answer of the contract, and
// otherwise with the error of the transport.
func Call[T any](ctx context.Context, caller *Caller, request Request, options ...Option) (T, error) {
	var envelope struct {
		Result string `json:"result"`
		Data   T      `json:"data"`
	}
	answer, err := caller.send(ctx, request, options)
	if err != nil {
		return envelope.Data, fmt.Errorf("%s %s: %w", request.Method, request.Path, err)
	}
	if answer.status < 200 || answer.status > 299 {
		return envelope.Data, answer.failure()
	}
	if err := json.Unmarshal(answer.body, &envelope); err != nil || envelope.Result != "SUCCESS" {
		var nothing T
		return nothing, answer.unexpected(err)
	}
	return envelope.Data, nil
}

func (c *Caller) send(ctx context.Context, request Request, options []Option) (answer, error) {
	req, err := c.newRequest(ctx, request)
	if err != nil {
		return answer{}, err
	}
	exchange := &Exchange{Request: req}
	for _, option := range c.options {
		option(exchange)
	}
	for _, option := range options {
		option(exchange)
	}
	res, err := c.doer.Do(exchange.Request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	for _, observe := range exchange.observers {
		observe(res)
	}
	return answer{request: request, status: res.StatusCode, header: res.Header, body: body}, nil
}

func (c *Caller) newRequest(ctx context.Context, request Request) (*http.Request, error) {
	target := c.server + request.Path
	if len(request.Query) > 0 {
		target += "?" + request.Query.Encode()
	}
	if request.Body == nil {
		return http.NewRequestWithContext(ctx, request.Method, target, http.NoBody)
	}
	body, contentType, err := encode(request.Body)
	if err != nil {
		return nil, fmt.Errorf("write body: %w", err)
	}
	// A *bytes.Reader lets the transport send the body again on a retry.
	req, err := http.NewRequestWithContext(ctx, request.Method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", contentType)
	return req, nil
}

func encode(body any) ([]byte, string, error) {
	if encoder, ok := body.(Encoder); ok {
		return encoder.Encode()
	}
	content, err := json.Marshal(body)
	return content, "application/json", err
}
