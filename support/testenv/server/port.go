package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
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

// ErrPortTaken is in the error of a server whose port somebody else has.
var ErrPortTaken = errors.New("somebody else listens on the port")

// port is a port that no other user of this package takes while it is kept,
// also while the server on it is down.
type port struct {
	number int
	lock   *os.File // nil when the caller named the port
}

// reservePort finds a port of 127.0.0.1 on which nothing listens.
func reservePort() (port, error) {
	for range portTries {
		number := firstPort + rand.IntN(lastPort-firstPort+1)
		path, err := socketPath(number)
		if err != nil {
			return port{}, err
		}
		lock, err := lockFile(path+".lock", syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			continue
		}
		if probePort(number) == nil {
			return port{number: number, lock: lock}, nil
		}
		if err := lock.Close(); err != nil {
			return port{}, fmt.Errorf("give port %d back: %w", number, err)
		}
	}
	return port{}, errNoPort
}

func (p port) release() error {
	if p.lock == nil {
		return nil
	}
	if err := p.lock.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("give port %d back: %w", p.number, err)
	}
	return nil
}

// probePort fails when somebody listens on the port.
func probePort(number int) error {
	listener, err := net.Listen("tcp", localAddr(number))
	if err != nil {
		return fmt.Errorf("%w %d: %w", ErrPortTaken, number, err)
	}
	if err := listener.Close(); err != nil {
		return fmt.Errorf("close probe of port %d: %w", number, err)
	}
	return nil
}

// FreePort is a port of 127.0.0.1 on which nothing listens, outside of the
// range of outgoing connections. Nothing keeps others from taking it.
func FreePort() (int, error) {
	p, err := reservePort()
	if err != nil {
		return 0, err
	}
	return p.number, p.release()
}

func localAddr(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// socketPath is short, since a socket's path may have only about 100 bytes.
func socketPath(port int) (string, error) {
	folder := filepath.Join(os.TempDir(), fmt.Sprintf("dailyfeed-ports-%d", os.Getuid()))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("make folder of ports: %w", err)
	}
	return filepath.Join(folder, strconv.Itoa(port)), nil
}
