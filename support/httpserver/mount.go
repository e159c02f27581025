package httpserver

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// Handler answers a request or says why it cannot. It must not write to c,
// except for headers of its success that belong to the first answer only (such
// as cookies); those of a failure are the *apierr.Error's. What goes on with work after it has returned must not hold c.
type Handler func(c *gin.Context) (Reply, error)

// Read mounts a handler that changes nothing.
func (s *Server) Read(h Handler) gin.HandlerFunc {
	return func(c *gin.Context) { s.answer(c, h) }
}

// Action mounts a POST that is exempt from idempotency keys: one that only
// reads, or has a rule of its own for repeats.
func (s *Server) Action(h Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if _, err := s.readBody(c); err != nil {
			s.writeFailure(c, err)
			return
		}
		s.answer(c, h)
	}
}

// Upload mounts a POST whose handler reads its body by itself, at most limit
// bytes of it: an *http.MaxBytesError that the handler returns is
// CodePayloadTooLarge. It counts against the write limits and is exempt from
// idempotency keys.
func (s *Server) Upload(limit int64, h Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := s.allowWrite(c); err != nil {
			s.writeFailure(c, err)
			return
		}
		c.Request.Body = limited(c, limit)
		s.answer(c, h)
	}
}

// Write mounts a handler that changes something: within the write limits, and
// once per idempotency key. The handler runs inside the answer book's
// transaction, with its context in c.Request, and again where that was rolled
// back by a deadlock. The headers that it had set are taken back with its changes.
//
// A repeat is answered without the handler. onReplay runs before a success is
// repeated, for headers that the repeat has to have too, such as cookies.
func (s *Server) Write(h Handler, onReplay ...func(c *gin.Context)) gin.HandlerFunc {
	if s.config.Book == nil {
		panic("httpserver: Write needs Config.Book") //nolint:forbidigo // a mistake of the program, found at its start
	}
	return func(c *gin.Context) {
		if err := s.allowWrite(c); err != nil {
			s.writeFailure(c, err)
			return
		}
		body, err := s.readBody(c)
		if err != nil {
			s.writeFailure(c, err)
			return
		}
		a := s.attemptOf(c, h, onReplay)
		if refusal := refusalOf(c); refusal != nil {
			s.recall(a, body, refusal)
			return
		}
		s.once(a, body)
	}
}

func (s *Server) answer(c *gin.Context, h Handler) {
	reply, err := h(c)
	var body []byte
	if err == nil {
		body, err = render(reply)
	}
	if err != nil {
		s.writeFailure(c, err)
		return
	}
	addSuccessHeaders(c)
	writeJSON(c, reply.httpStatus(), body)
	if reply.Sent != nil {
		reply.Sent()
	}
}

// addSuccessHeaders sets what the authenticator wants on a GET or HEAD that
// succeeds; it returns how to take that back.
func addSuccessHeaders(c *gin.Context) (remove func()) {
	headers := requestOf(c.Request.Context()).onSuccess
	if c.Request.Method != http.MethodGet {
		headers = nil
	}
	for name := range headers {
		c.Header(name, headers.Get(name))
	}
	return func() {
		for name := range headers {
			c.Writer.Header().Del(name)
		}
	}
}
