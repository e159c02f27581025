package httpserver

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/process"
)

var errInFlight = errors.New("too many requests in flight")

// admit bounds the requests in flight and gives each its deadline.
func (s *Server) admit(c *gin.Context) {
	slot := s.slots.enter()
	if slot == nil {
		s.shed(c)
		return
	}
	defer slot.leave()
	client := c.Request.Context()
	known := requestOf(client)
	known.slot, known.client = slot, client
	ctx, cancel := context.WithTimeout(client, s.config.Deadline)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

// admitUntimed is admit for handlers of bytes, which have no deadline: making one
// and taking it away again costs as much as the rest of the way to them.
func (s *Server) admitUntimed(c *gin.Context) {
	slot := s.slots.enter()
	if slot == nil {
		s.shed(c)
		return
	}
	defer slot.leave()
	c.Next()
}

func (s *Server) shed(c *gin.Context) {
	s.metrics.sheds.Inc()
	s.writeFailure(c, apierr.CodeServiceUnavailable.Wrap(errInFlight))
}

// untimed takes the deadline of a request away; its client's leaving still ends it.
func untimed(c *gin.Context) (end context.CancelFunc) {
	client := requestOf(c.Request.Context()).client
	if client == nil { // mounted outside of admit: there is no deadline
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.Request.Context()))
	stop := context.AfterFunc(client, cancel)
	c.Request = c.Request.WithContext(ctx)
	return func() { stop(); cancel() }
}

// giveSlotBack stops counting a request among those in flight.
func giveSlotBack(c *gin.Context) {
	if slot := requestOf(c.Request.Context()).slot; slot != nil {
		slot.leave()
	}
}

func (s *Server) authenticate(c *gin.Context) { s.authenticateBy(c, s.config.Authenticate) }

func (s *Server) authenticateBy(c *gin.Context, authenticator Authenticator) {
	ctx, headers, err := authenticator.Authenticate(c.Request.Context(), c.Request)
	if err != nil {
		s.writeFailure(c, err)
		return
	}
	s.enter(ctx, c, headers)
}

// enter goes on as the caller of ctx; headers are those of a success.
func (s *Server) enter(ctx context.Context, c *gin.Context, headers http.Header) {
	if id := s.callerID(ctx); id != 0 {
		ctx = process.WithLogAttrs(ctx, slog.Int64("member_id", id))
	}
	c.Request = c.Request.WithContext(ctx)
	requestOf(ctx).onSuccess = headers
	c.Next()
}

func (s *Server) callerID(ctx context.Context) int64 {
	if s.config.Caller == nil {
		return 0
	}
	return s.config.Caller(ctx)
}

func (s *Server) requireInternalToken(c *gin.Context) {
	given := sha256.Sum256([]byte(c.GetHeader("X-Internal-Token")))
	wanted := sha256.Sum256([]byte(s.config.InternalToken.Reveal()))
	if s.config.InternalToken == "" || subtle.ConstantTimeCompare(given[:], wanted[:]) != 1 {
		s.writeFailure(c, apierr.CodeNotFound.New())
		return
	}
	c.Next()
}
