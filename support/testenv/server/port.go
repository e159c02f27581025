package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are taken below the range from which systems pick the source ports of
// outgoing connections: a client that keeps dialling a stopped server could
// otherwise be given that very port, and keep the server from coming back.
const (
	firstPort = 18000
	lastPort  = 31999
	portTries = 200
)

var errNoPort = errors.New("no free port between 18000 and 31999")

// FreePort is a port of 127.0.0.1 on which nothing listens.
func FreePort() (int, error) {
	for range portTries {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		listener, err := net.Listen("tcp", localAddr(port))
		if err != nil {
			continue
		}
		if err := listener.Close(); err != nil {
			return 0, fmt.Errorf("close probe of port %d: %w", port, err)
		}
		return port, nil
	}
	return 0, errNoPort
}

func localAddr(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
