package testenv

import (
	"testing"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// FreePort is server.FreePort for tests: a port of 127.0.0.1 on which nothing
// listens, outside of the range of outgoing connections.
func FreePort(t testing.TB) int {
	t.Helper()
	port, err := server.FreePort()
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	return port
}
