package contracttest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// Reporter is told of faults; *testing.T is one.
type Reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// Handler serves with next and reports to t every answer that the contract does
// not know. Answers reach the client unchanged and unbuffered. A request whose
// handler panics is not checked. t must outlive the server.
func Handler(t Reporter, contract *Contract, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Helper()
		original := r.Clone(r.Context()) // routers may rewrite the path
		asked := &tee{ReadCloser: r.Body}
		r.Body = asked
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		err := contract.Check(Exchange{
			Request:     original,
			RequestBody: asked.read(),
			Status:      answer.status,
			Header:      answer.sentHeader(),
			Body:        answer.body.Bytes(),
		})
		if err != nil {
			t.Errorf("outside of the contract:\n%v", err)
		}
	})
}

// isStream is for answers without an end; they are not kept.
func isStream(header http.Header) bool {
	return strings.HasPrefix(header.Get("Content-Type"), "text/event-stream")
}

// tee keeps what is read.
type tee struct {
	io.ReadCloser
	kept  bytes.Buffer
	ended bool
}

func (b *tee) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.kept.Write(p[:n])
	b.ended = b.ended || err == io.EOF
	return n, err
}

// read is the whole body, nil where the handler did not read it to its end.
func (b *tee) read() []byte {
	if !b.ended {
		return nil
	}
	return b.kept.Bytes()
}

// recorder keeps what is written, but for event streams.
type recorder struct {
	http.ResponseWriter
	status int
	header http.Header // as it was sent; nil before
	body   bytes.Buffer
}

func (w *recorder) WriteHeader(status int) {
	if w.header == nil && status >= 200 {
		w.status, w.header = status, w.Header().Clone()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.header == nil {
		w.header = w.Header().Clone()
	}
	if !isStream(w.header) {
		w.body.Write(p)
	}
	return w.ResponseWriter.Write(p)
}

// Flush lets streams through.
func (w *recorder) Flush() {
	if w.header == nil {
		w.header = w.Header().Clone()
	}
	if flusher, ok := w.ResponseWriter.(http.Flusher); ok {
		flusher.Flush()
	}
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) sentHeader() http.Header {
	if w.header == nil {
		return w.Header().Clone()
	}
	return w.header
}
