package httpserver

import "net/http"

// Reply is a successful answer: the contract's status number and the data.
type Reply struct {
	// Status is the number in the envelope: 200 (0 means it), 201 or 204. The
	// HTTP status is 201 for 201, else 200.
	Status int
	// Data is encoded as JSON; nil slices are written as [].
	Data any
	// Encoded is the whole answer, where the handler has written it by itself
	// between BeginOK and EndOK: it is sent as it is, and Data is not looked at.
	Encoded []byte
	// Sent is called, where it is set, when the answer to a Read has been written and
	// nobody looks at Encoded any more; then its memory may serve another.
	Sent func()
}

// OK replies with status 200.
func OK(data any) Reply { return Reply{Status: http.StatusOK, Data: data} }

// BeginOK appends what comes before the data of a success of status 200.
func BeginOK(out []byte) []byte {
	return append(out, `{"status":200,"result":"SUCCESS","data":`...)
}

// EndOK replies with what was appended since BeginOK, which is JSON.
func EndOK(out []byte) Reply { return Reply{Status: http.StatusOK, Encoded: append(out, '}')} }

// Created replies with status 201.
func Created(data any) Reply { return Reply{Status: http.StatusCreated, Data: data} }

// Deleted replies with the contract's status 204, which travels as HTTP 200
// because a known client takes an empty answer for a failure.
func Deleted(data any) Reply { return Reply{Status: http.StatusNoContent, Data: data} }

func (r Reply) httpStatus() int {
	if r.Status == http.StatusCreated {
		return http.StatusCreated
	}
	return http.StatusOK
}

type successEnvelope struct {
	Status int    `json:"status"`
	Result string `json:"result"`
	Data   any    `json:"data"`
}

type failureEnvelope struct {
	StatusCode int           `json:"statusCode"`
	ResultCode string        `json:"resultCode"`
	Code       string        `json:"code"`
	Message    string        `json:"message"`
	Path       string        `json:"path"`
	RequestID  string        `json:"requestId"`
	Errors     []fieldFailed `json:"errors,omitzero"`
}

type fieldFailed struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}
