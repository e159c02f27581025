package httpserver

import (
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// panicError is a panic on its way to the access line.
type panicError struct {
	cause any
	stack []byte
}

// Error implements error.
func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.cause) }

// caught makes an error of what recover returned. http.ErrAbortHandler goes
// on: it is net/http's way to drop a connection.
func caught(cause any) error {
	if cause == http.ErrAbortHandler { //nolint:errorlint // the very value is documented
		panic(cause) //nolint:forbidigo // as above
	}
	return apierr.CodeInternal.Wrap(&panicError{cause: cause, stack: debug.Stack()})
}

// recoverPanic turns a panic into a 500; where an answer has begun, it drops
// the connection, so that nobody takes the half for the whole.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		s.failOrDrop(c, caught(cause))
	}()
	c.Next()
}

func (s *Server) failOrDrop(c *gin.Context, err error) {
	if !c.Writer.Written() {
		s.writeFailure(c, err)
		return
	}
	c.Abort()
	_ = c.Error(s.classify(c.Request.Context(), err))
	panic(http.ErrAbortHandler) //nolint:forbidigo // net/http's way to drop a connection
}
