package ctl_test

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/ctl"
)

// waiter is an output that says when a text has appeared in it.
type waiter struct {
	until string
	found chan struct{}

	mu     sync.Mutex
	buffer bytes.Buffer
	closed bool
}

func (w *waiter) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buffer.Write(text)
	if !w.closed && strings.Contains(w.buffer.String(), w.until) {
		w.closed = true
		close(w.found)
	}
	return len(text), nil
}

func (w *waiter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buffer.String()
}

// tail runs a command that ends with the test.
func (c *terminal) tail(t *testing.T, out *waiter, args ...string) {
	t.Helper()
	around := c.surroundings()
	around.Out = out
	root := ctl.New(around)
	root.SetArgs(args)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- root.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
}

func id(n int) string { return strconv.Itoa(n) }
