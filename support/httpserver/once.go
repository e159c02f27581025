package httpserver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/idempotency"
)

const (
	// requestIDLife is how long an X-Request-Id counts as a key (spec 03).
	requestIDLife = 60 * time.Second
	// keyLife is how long an Idempotency-Key counts (spec 03).
	keyLife = 24 * time.Hour
)

var idempotencyKeyForm = regexp.MustCompile(`^[\x21-\x7e]{1,200}$`)

// scopeOf finds the key that a request goes by; keyed is false where it has none.
func (s *Server) scopeOf(c *gin.Context, body []byte) (scope idempotency.Scope, keyed bool, err error) {
	r := c.Request
	hash := s.digest(body)
	scope = idempotency.Scope{
		MemberID: s.callerID(r.Context()), Method: r.Method, Path: r.URL.Path, BodyHash: hash,
	}
	given, isGiven := r.Header["Idempotency-Key"]
	known := requestOf(r.Context())
	switch {
	case isGiven && (len(given) != 1 || !idempotencyKeyForm.MatchString(given[0])):
		return scope, false, apierr.Violated("Idempotency-Key", "보이는 ASCII 문자 1~200자여야 합니다", "must be 1 to 200 visible ASCII characters")
	case isGiven:
		scope.Key, scope.Life = "k:"+given[0], keyLife
		if scope.MemberID == 0 {
			scope.Key += ":" + hex.EncodeToString(hash[:])
		}
	case known.supplied:
		// another body under the same request id is another request (spec 03)
		scope.Key, scope.Life = "r:"+known.id+":"+hex.EncodeToString(hash[:]), requestIDLife
	default:
		return scope, false, nil
	}
	return scope, true, nil
}

// digest stands for a body in Book.
func (s *Server) digest(body []byte) (sum [sha256.Size]byte) {
	if len(s.config.DigestKey) == 0 {
		return sha256.Sum256(body)
	}
	hash := hmac.New(sha256.New, s.config.DigestKey)
	hash.Write(body)
	copy(sum[:], hash.Sum(nil))
	return sum
}

func (s *Server) attemptOf(c *gin.Context, h Handler, onReplay []func(c *gin.Context)) *attempt {
	return &attempt{server: s, c: c, handler: h, onReplay: onReplay, request: c.Request, headers: c.Writer.Header().Clone()}
}

// once runs a handler by the book and sends what comes of it.
func (s *Server) once(a *attempt, body []byte) {
	c := a.c
	scope, keyed, err := s.scopeOf(c, body)
	if err != nil {
		s.writeFailure(c, err)
		return
	}
	defer a.leaveTransaction()
	ctx := c.Request.Context()
	var answer idempotency.Answer
	replayed := false
	if keyed {
		answer, replayed, err = s.config.Book.Once(ctx, scope, a.do)
	} else {
		answer, err = s.config.Book.Unkeyed(ctx, a.do)
	}
	a.leaveTransaction()
	if err != nil {
		a.resetHeaders()
		s.writeFailure(c, bookFailure(err))
		return
	}
	a.send(answer, replayed)
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

// attempt is a write on its way through the answer book, which may run it more
// than once.
type attempt struct {
	server  *Server
	c       *gin.Context
	handler Handler
	// onReplay runs before a success is repeated.
	onReplay []func(c *gin.Context)

	request *http.Request // as it came, outside of the transaction
	headers http.Header   // of the answer, before the handler
	failure *apierr.Error // of the last run, nil where that succeeded
}

// do runs the handler in the transaction of ctx.
func (a *attempt) do(ctx context.Context) idempotency.Answer {
	a.resetHeaders()
	a.c.Request = a.request.WithContext(ctx)
	body, status, err := a.run()
	if err == nil {
		a.failure = nil
		return idempotency.Answer{Status: status, Body: body}
	}
	a.failure = a.server.classify(ctx, err)
	status, body = renderFailure(a.c.Request, a.failure)
	return idempotency.Answer{Status: status, Body: body, Cause: err}
}

// run makes an error of a panic, so that every book undoes what was done.
func (a *attempt) run() (body []byte, status int, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = caught(cause)
		}
	}()
	reply, err := a.handler(a.c)
	if err != nil {
		return nil, 0, err
	}
	body, err = render(reply)
	return body, reply.httpStatus(), err
}

func (a *attempt) resetHeaders() {
	header := a.c.Writer.Header()
	clear(header)
	maps.Copy(header, a.headers.Clone())
}

func (a *attempt) leaveTransaction() { a.c.Request = a.request }

func (a *attempt) send(answer idempotency.Answer, replayed bool) {
	switch {
	case replayed:
		a.c.Set(replayedKey, true)
		a.c.Header("Idempotency-Replayed", "true")
		if answer.Outcome() == idempotency.Commit {
			for _, run := range a.onReplay {
				run(a.c)
			}
		}
	case a.failure != nil:
		a.resetHeaders() // a cookie of a change that was undone
		failureHeaders(a.c, a.failure)
		_ = a.c.Error(a.failure)
	}
	writeJSON(a.c, answer.Status, answer.Body)
}
