package kafka

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

const dialTimeout = 3 * time.Second

// dialer remembers the connections that it opened, so that closing it ends the
// goroutines of kafka-go that wait on them.
type dialer struct {
	mu     sync.Mutex
	open   map[*trackedConn]struct{}
	closed bool
}

type trackedConn struct {
	net.Conn
	from *dialer
}

// Close closes the connection and forgets it.
func (c *trackedConn) Close() error {
	c.from.forget(c)
	return c.Conn.Close()
}

// DialContext opens a connection; it fails once the dialer is closed.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	tracked := &trackedConn{Conn: conn, from: d}
	if !d.remember(tracked) {
		_ = conn.Close()
		return nil, fmt.Errorf("dial %s: %w", address, net.ErrClosed)
	}
	return tracked, nil
}

func (d *dialer) remember(c *trackedConn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	if d.open == nil {
		d.open = make(map[*trackedConn]struct{})
	}
	d.open[c] = struct{}{}
	return true
}

func (d *dialer) forget(c *trackedConn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, c)
}

func (d *dialer) close() {
	d.mu.Lock()
	open := d.open
	d.open, d.closed = nil, true
	d.mu.Unlock()
	for c := range open {
		_ = c.Conn.Close()
	}
}
