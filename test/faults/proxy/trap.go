package proxy

import (
	"context"
	"fmt"
	"sync"
)

// Match says whether the bytes that a process sends are what a trap waits for.
type Match func(talk *Talk, data []byte) bool

// Hold is what a trap keeps back.
type Hold int

// The request never arrives before it is released; or it arrives, and no answer of the
// line comes back before that.
const (
	Request Hold = iota
	Answer
)

// Trap waits for one request.
type Trap struct {
	match Match
	hold  Hold
	skip  int // matches to let pass first

	mu       sync.Mutex
	sprung   bool
	answered bool
	lost     bool
	hit      chan struct{}
	reply    chan struct{}
	released chan struct{}
}

// NewTrap makes a trap for the first match after so many others.
func NewTrap(hold Hold, match Match, skip int) *Trap {
	return &Trap{
		match: match, hold: hold, skip: skip,
		hit: make(chan struct{}), reply: make(chan struct{}), released: make(chan struct{}),
	}
}

// Await returns when the trap holds what it waits for: the request, or the answer that
// the server gave to it.
func (t *Trap) Await(ctx context.Context) error {
	held := t.hit
	if t.hold == Answer {
		held = t.reply
	}
	select {
	case <-held:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a trap: %w", ctx.Err())
	}
}

// Sprung is closed when the request was seen.
func (t *Trap) Sprung() <-chan struct{} { return t.hit }

// Release lets what is held pass. A second call does nothing.
func (t *Trap) Release() { t.end(false) }

// Lose drops what is held, and closes its connections.
func (t *Trap) Lose() { t.end(true) }

func (t *Trap) end(lost bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-t.released:
	default:
		t.lost = lost
		close(t.released)
	}
}

func (t *Trap) over() bool {
	select {
	case <-t.released:
		return true
	default:
		return false
	}
}

// request is told what a process sends.
func (t *Trap) request(talk *Talk, data []byte) bool {
	if t.over() || !t.springs(talk, data) || t.hold == Answer {
		return true
	}
	<-t.released
	return !t.lost
}

func (t *Trap) springs(talk *Talk, data []byte) bool {
	matched := t.match(talk, data)
	talk.hear(data)
	t.mu.Lock()
	defer t.mu.Unlock()
	if !matched || t.sprung {
		return false
	}
	if t.skip > 0 {
		t.skip--
		return false
	}
	t.sprung = true
	close(t.hit)
	return true
}

// answer is told that a server sends something.
func (t *Trap) answer() bool {
	t.mu.Lock()
	holds := t.hold == Answer && t.sprung
	if holds && !t.answered {
		t.answered = true
		close(t.reply)
	}
	t.mu.Unlock()
	if !holds || t.over() { // what comes later has nothing to do with it
		return true
	}
	<-t.released
	return !t.lost
}
