package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Failure is what a service answers a refused or failed request with.
type Failure struct { //nolint:errname // the contract's word for it
	// StatusCode is the HTTP status.
	StatusCode int `json:"statusCode"`
	// Code says what happened, such as POST_NOT_FOUND.
	Code string `json:"code"`
	// Message is for people, in the language of the request.
	Message string `json:"message"`
	// Path is the path of the request without its query.
	Path string `json:"path"`
	// RequestID names the request in the logs of the fleet.
	RequestID string `json:"requestId"`
	// Errors are the broken rules of a VALIDATION_FAILED.
	Errors []FieldError `json:"errors,omitempty"`
	// Header is the whole header of the answer.
	Header http.Header `json:"-"`
}

// FieldError is a broken rule of one field or parameter.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error is for logs.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s: %d %s (request %s)", f.Path, f.StatusCode, f.Code, f.RequestID)
}

// UnexpectedAnswer is an answer that the contract does not know, such as the
// page of a proxy.
type UnexpectedAnswer struct { //nolint:errname // the counterpart of Failure
	Method, Path string
	StatusCode   int
	Header       http.Header
	// Cause is why it could not be read; nil where it is only not an envelope.
	Cause error
}

// Error is for logs; it does not repeat the body.
func (u *UnexpectedAnswer) Error() string {
	text := fmt.Sprintf("%s %s: unexpected answer with status %d", u.Method, u.Path, u.StatusCode)
	if u.Cause != nil {
		text += ": " + u.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (u *UnexpectedAnswer) Unwrap() error { return u.Cause }

type answer struct {
	request Request
	status  int
	header  http.Header
	body    []byte
}

func (a answer) failure() error {
	failure := &Failure{Header: a.header}
	err := json.Unmarshal(a.body, failure)
	if err != nil || failure.Code == "" || failure.StatusCode != a.status {
		return a.unexpected(err)
	}
	return failure
}

func (a answer) unexpected(cause error) error {
	return &UnexpectedAnswer{
		Method: a.request.Method, Path: a.request.Path,
		StatusCode: a.status, Header: a.header, Cause: cause,
	}
}
