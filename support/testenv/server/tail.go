package server

import (
	"io"
	"strings"
	"sync"
)

// tailBytes of output are kept for the message of a failed start.
const tailBytes = 4 << 10

// tail passes output on and remembers the end of it.
type tail struct {
	mu   sync.Mutex
	next io.Writer
	end  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, p...)
	if extra := len(t.end) - tailBytes; extra > 0 {
		t.end = append(t.end[:0], t.end[extra:]...)
	}
	if t.next == nil {
		return len(p), nil
	}
	return t.next.Write(p)
}

// String is the last lines written.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.end))
}
