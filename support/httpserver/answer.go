package httpserver

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"golang.org/x/text/language"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const (
	jsonType          = "application/json"
	defaultRetryAfter = time.Second
)

// languages are those that messages exist in; the first is the default.
var languages = language.NewMatcher([]language.Tag{language.Korean, language.English})

func wantsEnglish(r *http.Request) bool {
	header := r.Header.Get("Accept-Language")
	if header == "" {
		return false
	}
	_, index := language.MatchStrings(languages, header)
	return index == 1
}

// render encodes a success.
func render(reply Reply) ([]byte, error) {
	status := reply.Status
	if status == 0 {
		status = http.StatusOK
	}
	if reply.Encoded != nil {
		return reply.Encoded, nil
	}
	envelope := successEnvelope{Status: status, Result: "SUCCESS", Data: reply.Data}
	body, err := json.Marshal(envelope, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return body, nil
}

// renderFailure encodes a failure as the caller sees it.
func renderFailure(r *http.Request, failure *apierr.Error) (status int, body []byte) {
	english := wantsEnglish(r)
	known := requestOf(r.Context())
	envelope := failureEnvelope{
		StatusCode: statusOf(failure.Code.Kind()),
		ResultCode: "FAIL",
		Code:       failure.Code.Name(),
		Message:    failure.Code.Message(english),
		Path:       known.path,
		RequestID:  known.id,
	}
	for _, v := range failure.Violations {
		envelope.Errors = append(envelope.Errors, fieldFailed{Field: v.Field, Message: v.Message(english)})
	}
	body, err := json.Marshal(envelope)
	if err != nil { // a field's name that is not UTF-8
		envelope.Errors = nil
		body, _ = json.Marshal(envelope)
	}
	return envelope.StatusCode, body
}

// errClientGone is why nobody will read an answer.
var errClientGone = errors.New("client is gone")

// classify turns any error into one that may be told.
func (s *Server) classify(ctx context.Context, err error) *apierr.Error {
	failure := apierr.From(err)
	if failure.Code != apierr.CodeInternal {
		return failure
	}
	var tooLarge *http.MaxBytesError
	var panicked *panicError
	switch {
	case errors.As(err, &panicked): // caught where the context has ended already
		return failure
	case errors.As(err, &tooLarge):
		return apierr.CodePayloadTooLarge.Wrap(err)
	case errors.Is(ctx.Err(), context.Canceled):
		return apierr.CodeServiceUnavailable.Wrap(fmt.Errorf("%w: %w", errClientGone, err))
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded):
		return apierr.CodeDeadlineExceeded.Wrap(err)
	case s.config.Unavailable != nil && s.config.Unavailable(err):
		return apierr.CodeServiceUnavailable.Wrap(err)
	}
	return failure
}

// Fail answers with err: for mounts that write their successes themselves and
// have written nothing yet.
func (s *Server) Fail(c *gin.Context, err error) { s.writeFailure(c, err) }

// writeFailure sends err and leaves its cause for the access line.
func (s *Server) writeFailure(c *gin.Context, err error) {
	failure := s.classify(c.Request.Context(), err)
	status, body := renderFailure(c.Request, failure)
	failureHeaders(c, failure)
	_ = c.Error(failure)
	writeJSON(c, status, body)
	c.Abort()
}

// writeJSON writes a whole answer. Gin keeps a content type that is set, such
// as that of a picture that was not found. It says how long the answer is: net/http
// would send a long one in chunks, the last of them in a write of its own.
func writeJSON(c *gin.Context, status int, body []byte) {
	c.Header("Content-Type", jsonType)
	c.Header("Content-Length", strconv.Itoa(len(body)))
	c.Data(status, jsonType, body)
}

// aboutSuccess are headers that a handler may have set for the answer that it
// did not give.
var aboutSuccess = []string{"Content-Length", "Content-Encoding", "Content-Disposition", "Content-Range", "Etag", "Last-Modified"}

func failureHeaders(c *gin.Context, failure *apierr.Error) {
	for _, name := range aboutSuccess {
		c.Writer.Header().Del(name)
	}
	c.Header("Cache-Control", "no-store")
	for name, value := range failure.Headers {
		c.Header(name, value)
	}
	kind := failure.Code.Kind()
	if failure.RetryAfter == 0 && (kind == apierr.TooMany || kind == apierr.Unavailable) {
		failure = failure.WithRetryAfter(defaultRetryAfter)
	}
	if failure.RetryAfter > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(failure.RetryAfter.Seconds()))))
	}
}
