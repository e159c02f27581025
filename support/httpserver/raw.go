package httpserver

import (
	"context"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// RawHandler writes its success to c by itself. An error that it returns
// before it has written is answered like any other; one after that drops the
// connection, so that nobody takes the half for the whole.
type RawHandler func(c *gin.Context) error

// Raw mounts a handler of bytes, such as a picture. It has no deadline, since a
// slow client may take long; its context ends when the client leaves, and each
// write fails where the client takes nothing for 30 s.
func (s *Server) Raw(h RawHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		end := untimed(c)
		defer end()
		s.raw(c, h)
	}
}

// Stream mounts a handler that goes on for as long as its client listens, such
// as one of server-sent events. It is like Raw, is not counted among the
// requests in flight (its service bounds its streams), and its context ends
// when the server has no more to serve.
func (s *Server) Stream(h RawHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		giveSlotBack(c)
		end := untimed(c)
		defer end()
		ctx, cancel := context.WithCancel(c.Request.Context())
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		ended := make(chan struct{})
		defer close(ended)
		go func() {
			select {
			case <-s.ending:
				cancel()
			case <-ended:
			}
		}()
		s.raw(c, h)
	}
}

func (s *Server) raw(c *gin.Context, h RawHandler) {
	inner := c.Writer
	c.Writer = &steadyWriter{ResponseWriter: inner, control: http.NewResponseController(inner)}
	withdraw := addSuccessHeaders(c)
	err := h(c)
	if err == nil {
		return
	}
	if !inner.Written() {
		withdraw()
	}
	s.failOrDrop(c, err)
}

const (
	// writeLimit is how long a client may take nothing of an answer.
	writeLimit = 30 * time.Second
	// writeChunk is what even a slow client takes within writeLimit.
	writeChunk = 256 << 10
)

// steadyWriter gives each part of a long answer a time limit of its own.
type steadyWriter struct {
	gin.ResponseWriter
	control *http.ResponseController
	// direct is what went past gin's writer, in bytes.
	direct int
}

// Size implements gin.ResponseWriter.
func (w *steadyWriter) Size() int { return w.ResponseWriter.Size() + w.direct }

// ReadFrom implements io.ReaderFrom: the server has the kernel send what comes
// from a file. gin's writer would take it through buffers of this process.
func (w *steadyWriter) ReadFrom(from io.Reader) (read int64, err error) {
	server, ok := serverWriter(w.ResponseWriter)
	if !ok {
		return io.Copy(struct{ io.Writer }{w}, from) //nolint:wrapcheck // io.ReaderFrom's callers compare it
	}
	w.WriteHeaderNow()
	left := &io.LimitedReader{R: from, N: math.MaxInt64}
	if limited, isLimited := from.(*io.LimitedReader); isLimited {
		left = limited // the server looks into one of these only
	}
	for left.N > 0 {
		w.extend()
		part := &io.LimitedReader{R: left.R, N: min(left.N, writeChunk)}
		asked := part.N
		n, err := server.ReadFrom(part)
		read, left.N, w.direct = read+n, left.N-n, w.direct+int(n)
		if err != nil || n < asked {
			return read, err //nolint:wrapcheck // io.ReaderFrom's callers compare it
		}
	}
	return read, nil
}

// serverWriter is what gin's writer writes to.
func serverWriter(w gin.ResponseWriter) (io.ReaderFrom, bool) {
	wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
	if !ok {
		return nil, false
	}
	server, ok := wrapper.Unwrap().(io.ReaderFrom)
	return server, ok
}

// Write implements io.Writer.
func (w *steadyWriter) Write(data []byte) (written int, err error) {
	for first := true; first || len(data) > 0; first = false {
		w.extend()
		n, err := w.ResponseWriter.Write(data[:min(len(data), writeChunk)])
		written += n
		if err != nil {
			return written, err //nolint:wrapcheck // io.Writer's callers compare it
		}
		data = data[n:]
	}
	return written, nil
}

// WriteString implements io.StringWriter.
func (w *steadyWriter) WriteString(text string) (int, error) {
	return w.Write([]byte(text)) //nolint:gocritic // it would call itself
}

// Flush implements http.Flusher.
func (w *steadyWriter) Flush() {
	w.extend()
	w.ResponseWriter.Flush()
}

// Unwrap is for http.ResponseController.
func (w *steadyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// extend fails only where the connection has no time limits, as in tests.
func (w *steadyWriter) extend() {
	_ = w.control.SetWriteDeadline(time.Now().Add(writeLimit)) //nolint:forbidigo // a time limit of the network
}
