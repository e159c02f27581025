package httpapi

import (
	"io"
	"net/http"
	"sync"
)

// bulkWriter copies in large pieces, through buffers that are used again.
type bulkWriter struct{ http.ResponseWriter }

// bulkSize is what the server's writer takes at once.
const bulkSize = 64 << 10

var buffers = sync.Pool{New: func() any { return new([bulkSize]byte) }}

// ReadFrom implements io.ReaderFrom.
func (w bulkWriter) ReadFrom(from io.Reader) (int64, error) {
	buffer, _ := buffers.Get().(*[bulkSize]byte)
	defer buffers.Put(buffer)
	return io.CopyBuffer(struct{ io.Writer }{w.ResponseWriter}, struct{ io.Reader }{from}, buffer[:]) //nolint:wrapcheck // io.Copy's
}
