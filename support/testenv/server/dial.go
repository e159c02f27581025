package server

import (
	"context"
	"fmt"
	"net"
)

// dial asks only whether somebody listens.
func dial(ctx context.Context, port int) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", localAddr(port))
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	if err := conn.Close(); err != nil {
		return fmt.Errorf("hang up: %w", err)
	}
	return nil
}
