package proxy

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Shopify/toxiproxy/v2/toxics"
)

// gateType is the name of our toxic. It is part of every line from the beginning, so
// that arming a trap does not touch a connection.
const gateType = "dailyfeed-gate"

// toxiproxy makes a toxic from its name and JSON, so that gates are found by a name.
var (
	gates       sync.Map // string → *gate
	gateNumber  atomic.Int64
	registering = sync.OnceFunc(func() { toxics.Register(gateType, new(gateToxic)) })
)

func register(g *gate) string {
	registering()
	id := strconv.FormatInt(gateNumber.Add(1), 10)
	gates.Store(id, g)
	return id
}

// gateToxic passes the bytes of one direction through a gate.
type gateToxic struct {
	Gate string `json:"gate"`
	Up   bool   `json:"up"`
}

// NewState implements toxics.StatefulToxic.
func (*gateToxic) NewState() any { return new(Talk) }

// Pipe implements toxics.Toxic.
func (t *gateToxic) Pipe(stub *toxics.ToxicStub) {
	found, _ := gates.Load(t.Gate)
	g, ok := found.(*gate)
	talk, stateful := stub.State.(*Talk)
	if !ok || !stateful {
		new(toxics.NoopToxic).Pipe(stub)
		return
	}
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil {
				stub.Close()
				return
			}
			if !g.pass(talk, chunk.Data, t.Up) {
				stub.Close()
				for range stub.Input { // what still comes is lost with the connection
				}
				return
			}
			stub.Output <- chunk
		}
	}
}

// gate is what all connections of a line pass through.
type gate struct {
	delay atomic.Int64

	mu     sync.Mutex
	trap   *Trap
	frozen chan struct{} // closed to thaw; nil while nothing is frozen
}

func newGate() *gate { return &gate{} }

func (g *gate) arm(t *Trap) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trap = t
}

// disarm lets everything pass.
func (g *gate) disarm() {
	g.mu.Lock()
	trap, frozen := g.trap, g.frozen
	g.trap, g.frozen = nil, nil
	g.mu.Unlock()
	if trap != nil {
		trap.Release()
	}
	if frozen != nil {
		close(frozen)
	}
}

func (g *gate) freeze() (thaw func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	held := make(chan struct{})
	g.frozen = held
	return sync.OnceFunc(func() {
		g.mu.Lock()
		mine := g.frozen == held
		if mine {
			g.frozen = nil
		}
		g.mu.Unlock()
		if mine {
			close(held)
		}
	})
}

func (g *gate) state() (*Trap, chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.trap, g.frozen
}

// pass returns when the bytes may go on; false where they never will.
func (g *gate) pass(talk *Talk, data []byte, up bool) bool {
	trap, frozen := g.state()
	if frozen != nil {
		<-frozen
	}
	if wait := time.Duration(g.delay.Load()); wait > 0 && !up {
		timer := time.NewTimer(wait)
		<-timer.C
	}
	if trap == nil {
		if up {
			talk.hear(data)
		}
		return true
	}
	if up {
		return trap.request(talk, data)
	}
	return trap.answer()
}
