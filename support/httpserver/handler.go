package httpserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/idempotency"
	"github.com/gin-gonic/gin"
)

// Handler answers a request or says why it cannot. It must not write to c,
// except for headers that belong to the first answer only (such as cookies).
type Handler func(c *gin.Context) (Reply, error)

// Read mounts a handler that changes nothing.
func (s *Server) Read(h Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		reply, err := h(c)
		if err == nil {
			s.addSuccessHeaders(c)
		}
		s.send(c, reply, err)
	}
}

// Action mounts a POST that is exempt from idempotency keys: one that only
// reads, or has a rule of its own for repeats.
func (s *Server) Action(h Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if _, err := s.readBody(c); err != nil {
			s.writeFailure(c, err)
			return
		}
		reply, err := h(c)
		s.send(c, reply, err)
	}
}

// Write mounts a handler that changes something: within the write limits, and
// once per idempotency key. The handler runs inside the answer book's
// transaction, with its context in c.Request.
func (s *Server) Write(h Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := s.limits.allowWrite(c, s.callerID(c.Request.Context())); err != nil {
			s.writeFailure(c, err)
			return
		}
		body, err := s.readBody(c)
		if err != nil {
			s.writeFailure(c, err)
			return
		}
		s.once(c, h, body)
	}
}

func (s *Server) once(c *gin.Context, h Handler, body []byte) {
	scope, keyed, err := s.scopeOf(c, body)
	if err != nil {
		s.writeFailure(c, err)
		return
	}
	var failure *apierr.Error
	do := func(ctx context.Context) idempotency.Answer {
		c.Request = c.Request.WithContext(ctx)
		var answer idempotency.Answer
		answer, failure = s.produce(c, h)
		return answer
	}
	outer := c.Request.Context()
	var answer idempotency.Answer
	replayed := false
	if keyed {
		answer, replayed, err = s.config.Book.Once(outer, scope, do)
	} else {
		answer, err = s.config.Book.Unkeyed(outer, do)
	}
	c.Request = c.Request.WithContext(outer)
	if err != nil {
		s.writeFailure(c, bookFailure(err))
		return
	}
	s.sendAnswer(c, answer, failure, replayed)
}

func (s *Server) sendAnswer(c *gin.Context, answer idempotency.Answer, failure *apierr.Error, replayed bool) {
	if replayed {
		c.Header("Idempotency-Replayed", "true")
	} else if failure != nil {
		failureHeaders(c, failure)
		_ = c.Error(failure)
	}
	c.Data(answer.Status, jsonType, answer.Body)
}

// produce runs the handler and renders what it said.
func (s *Server) produce(c *gin.Context, h Handler) (idempotency.Answer, *apierr.Error) {
	reply, err := h(c)
	var body []byte
	if err == nil {
		body, err = render(reply)
	}
	if err == nil {
		return idempotency.Answer{Status: reply.httpStatus(), Body: body}, nil
	}
	failure := s.classify(c.Request.Context(), err)
	status, body := renderFailure(c, failure)
	return idempotency.Answer{Status: status, Body: body, Cause: err}, failure
}

func bookFailure(err error) error {
	switch {
	case errors.Is(err, idempotency.ErrInProgress):
		return apierr.CodeRequestInProgress.Wrap(err)
	case errors.Is(err, idempotency.ErrKeyReused):
		return apierr.CodeKeyReused.Wrap(err)
	}
	return err
}

var idempotencyKeyForm = regexp.MustCompile(`^[\x21-\x7e]{1,200}$`)

// scopeOf finds the key that a request goes by; keyed is false where it has none.
func (s *Server) scopeOf(c *gin.Context, body []byte) (scope idempotency.Scope, keyed bool, err error) {
	r := c.Request
	hash := sha256.Sum256(body)
	scope = idempotency.Scope{
		MemberID: s.callerID(r.Context()), Method: r.Method, Path: r.URL.Path, BodyHash: hash,
	}
	given, isGiven := r.Header["Idempotency-Key"]
	supplied := stringValue(r.Context(), suppliedIDKey)
	switch {
	case isGiven && (len(given) != 1 || !idempotencyKeyForm.MatchString(given[0])):
		return scope, false, apierr.Violated("Idempotency-Key", "보이는 ASCII 문자 1~200자여야 합니다", "must be 1 to 200 visible ASCII characters")
	case isGiven:
		scope.Key, scope.Life = "k:"+given[0], keyLife
		if scope.MemberID == 0 {
			scope.Key += ":" + hex.EncodeToString(hash[:])
		}
	case supplied != "":
		// another body under the same request id is another request (spec 03)
		scope.Key, scope.Life = "r:"+supplied+":"+hex.EncodeToString(hash[:]), requestIDLife
	default:
		return scope, false, nil
	}
	return scope, true, nil
}

func (s *Server) callerID(ctx context.Context) int64 {
	if s.config.Caller == nil {
		return 0
	}
	return s.config.Caller(ctx)
}

func (s *Server) send(c *gin.Context, reply Reply, err error) {
	var body []byte
	if err == nil {
		body, err = render(reply)
	}
	if err != nil {
		s.writeFailure(c, err)
		return
	}
	c.Data(reply.httpStatus(), jsonType, body)
}

// Fail answers with err: for raw handlers that write their successes themselves.
func (s *Server) Fail(c *gin.Context, err error) { s.writeFailure(c, err) }

// addSuccessHeaders sets what the authenticator wants on a GET that succeeds.
func (s *Server) addSuccessHeaders(c *gin.Context) {
	value, _ := c.Get(successHeadersKey)
	headers, _ := value.(http.Header)
	for name := range headers {
		c.Header(name, headers.Get(name))
	}
}
