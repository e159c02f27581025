package proxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Line is the way of one process to one server.
type Line struct {
	name  string
	proxy *toxiproxy.Proxy
	gate  *gate
}

// Ports of lines lie below those of a fleet, of servers for tests, and of outgoing
// connections, so that nobody takes one while it is cut.
const (
	firstPort = 4000
	lastPort  = 7999
	portTries = 100
)

var errNoPort = errors.New("no free port for a proxy")

// Open makes a way to upstream (host:port), which need not serve yet.
func Open(name, upstream string) (*Line, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l := &Line{name: name, gate: newGate()}
	for range portTries {
		listen := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+rand.IntN(lastPort-firstPort+1)))
		l.proxy = toxiproxy.NewProxy(server, name, listen, upstream)
		if err := l.addGates(); err != nil {
			return nil, err
		}
		if l.proxy.Start() == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("open line %s: %w", name, errNoPort)
}

func (l *Line) addGates() error {
	id := register(l.gate)
	for _, direction := range []string{"upstream", "downstream"} {
		if err := l.add(gateType, direction, map[string]any{"gate": id, "up": direction == "upstream"}); err != nil {
			return err
		}
	}
	return nil
}

func (l *Line) add(kind, direction string, attributes map[string]any) error {
	text, err := json.Marshal(map[string]any{"name": kind + "-" + direction, "type": kind, "stream": direction, "attributes": attributes})
	if err != nil {
		return fmt.Errorf("line %s: %w", l.name, err)
	}
	if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(string(text))); err != nil {
		return fmt.Errorf("line %s: add %s: %w", l.name, kind, err)
	}
	return nil
}

// Name is what the line was opened as.
func (l *Line) Name() string { return l.name }

// Addr is host:port of the process's end.
func (l *Line) Addr() string { return l.proxy.Listen }

// Cut closes every connection and refuses new ones until Restore.
func (l *Line) Cut() { l.proxy.Stop() }

// Restore takes connections again.
func (l *Line) Restore() error {
	if err := l.proxy.Start(); err != nil && !errors.Is(err, toxiproxy.ErrProxyAlreadyStarted) {
		return fmt.Errorf("restore line %s: %w", l.name, err)
	}
	return nil
}

// Reset closes every connection; new ones are taken at once.
func (l *Line) Reset() error {
	l.Cut()
	return l.Restore()
}

// Freeze lets connections open and nothing pass, until thaw is called.
func (l *Line) Freeze() (thaw func()) { return l.gate.freeze() }

// Slow delays every answer; 0 ends that.
func (l *Line) Slow(by time.Duration) { l.gate.delay.Store(int64(by)) }

// Trap arms t. Only one trap may be armed on a line.
func (l *Line) Trap(t *Trap) { l.gate.arm(t) }

// Close closes the line for good.
func (l *Line) Close() {
	l.gate.disarm()
	l.proxy.Stop()
}

// Calm takes every fault off the line.
func (l *Line) Calm() {
	l.Slow(0)
	l.gate.disarm()
	_ = l.Restore() // the port cannot be another's: the next test would say so
}
