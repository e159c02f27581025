package httpserver

import (
	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/idempotency"
)

const refusalKey = "dailyfeed.refusal"

// authenticateOrRecall lets a revoked token through to Write, which answers it
// from the book or refuses it: no handler runs for it. Who sends it is known,
// since everything else about the token was right.
func (s *Server) authenticateOrRecall(c *gin.Context) {
	ctx, headers, err := s.config.Authenticate.Authenticate(c.Request.Context(), c.Request)
	if err == nil {
		s.enter(ctx, c, headers)
		return
	}
	if !apierr.HasCode(err, apierr.CodeTokenRevoked) || ctx == nil || s.callerID(ctx) == 0 {
		s.writeFailure(c, err)
		return
	}
	c.Set(refusalKey, err)
	s.enter(ctx, c, nil)
}

// refusalOf is why the caller may not do anything new; nil for one who may.
func refusalOf(c *gin.Context) error {
	value, _ := c.Get(refusalKey)
	refusal, _ := value.(error)
	return refusal
}

// recall repeats the success of a first request, or refuses.
func (s *Server) recall(a *attempt, body []byte, refusal error) {
	scope, keyed, err := s.scopeOf(a.c, body)
	book, recalls := s.config.Book.(idempotency.Recaller)
	if err != nil || !keyed || !recalls {
		s.writeFailure(a.c, refusal)
		return
	}
	answer, found, err := book.Recall(a.c.Request.Context(), scope)
	switch {
	case err != nil:
		s.writeFailure(a.c, bookFailure(err))
	case !found || answer.Outcome() != idempotency.Commit:
		s.writeFailure(a.c, refusal)
	default:
		a.send(answer, true)
	}
}
