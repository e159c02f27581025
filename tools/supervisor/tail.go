package supervisor

import (
	"io"
	"strings"
	"sync"
)

const tailBytes = 4 << 10

// Tail passes output on and remembers the end of it, for the message of a
// failure.
type Tail struct {
	next io.Writer
	mu   sync.Mutex
	end  []byte
}

// NewTail makes a tail; next may be nil.
func NewTail(next io.Writer) *Tail { return &Tail{next: next} }

// Write implements io.Writer.
func (t *Tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	t.end = append(t.end, text...)
	if extra := len(t.end) - tailBytes; extra > 0 {
		t.end = append(t.end[:0], t.end[extra:]...)
	}
	t.mu.Unlock()
	if t.next == nil {
		return len(text), nil
	}
	return t.next.Write(text)
}

// String is the last lines written.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.end))
}
