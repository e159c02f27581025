package httpserver

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"golang.org/x/text/language"
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
	body, err := json.Marshal(successEnvelope{Status: reply.Status, Result: "SUCCESS", Data: reply.Data})
	if err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return body, nil
}

// renderFailure encodes a failure as the caller sees it.
func renderFailure(c *gin.Context, failure *apierr.Error) (status int, body []byte) {
	english := wantsEnglish(c.Request)
	envelope := failureEnvelope{
		StatusCode: statusOf(failure.Code.Kind()),
		ResultCode: "FAIL",
		Code:       failure.Code.Name(),
		Message:    failure.Code.Message(english),
		Path:       originalPath(c.Request),
		RequestID:  RequestID(c.Request.Context()),
	}
	for _, v := range failure.Violations {
		envelope.Errors = append(envelope.Errors, fieldFailed{Field: v.Field, Message: v.Message(english)})
	}
	body, err := json.Marshal(envelope)
	if err != nil { // a path that is not UTF-8
		envelope.Path = ""
		body, _ = json.Marshal(envelope)
	}
	return envelope.StatusCode, body
}

// classify turns any error into one that may be told.
func (s *Server) classify(ctx context.Context, err error) *apierr.Error {
	failure := apierr.From(err)
	if failure.Code != apierr.CodeInternal {
		return failure
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded):
		return apierr.CodeDeadlineExceeded.Wrap(err)
	case errors.Is(ctx.Err(), context.Canceled): // the client is gone or the server stops: nobody reads this
		return apierr.CodeServiceUnavailable.Wrap(err)
	case s.config.Unavailable != nil && s.config.Unavailable(err):
		return apierr.CodeServiceUnavailable.Wrap(err)
	}
	return failure
}

// writeFailure sends err and leaves its cause for the access line.
func (s *Server) writeFailure(c *gin.Context, err error) {
	failure := s.classify(c.Request.Context(), err)
	status, body := renderFailure(c, failure)
	failureHeaders(c, failure)
	_ = c.Error(failure)
	c.Data(status, jsonType, body)
	c.Abort()
}

func failureHeaders(c *gin.Context, failure *apierr.Error) {
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
