package password

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// HelpersConfig is what Helpers are made of.
type HelpersConfig struct {
	// Command is a new process that runs Help on its standard input and output.
	Command func() *exec.Cmd
	// Timeout is how long one sum may take; 0 is a second.
	Timeout time.Duration
	// Idle is how long a helper is kept that nothing is asked of; 0 is a minute.
	Idle time.Duration
	// Now is the clock.
	Now func() time.Time
}

const (
	defaultTimeout = time.Second
	defaultIdle    = time.Minute
	firstPause     = time.Second // after a helper that was of no use
	longestPause   = time.Minute
)

// Helpers computes sums in processes of a lower priority, so that a storm of
// logins has neither this process's scheduler nor its collector. There are as
// many as sums at once, started when they are needed and ended when they have not
// been for a while: an idle service has none, and their memory goes with them.
//
// What a helper does not compute, because it dies, hangs, answers nonsense or gets
// no processor on a machine that is full, is computed in this process: a login
// takes longer, and no more. Run ends them.
type Helpers struct {
	config HelpersConfig

	mu     sync.Mutex
	idle   []*helper // the last used at the end
	closed bool
	pause  time.Duration // after the last failure; 0 while all is well
	again  time.Time     // before that none is started

	started, lostAll, within atomic.Uint64
}

var _ Deriver = (*Helpers)(nil)

// NewHelpers has no process yet.
func NewHelpers(config HelpersConfig) *Helpers {
	if config.Timeout <= 0 {
		config.Timeout = defaultTimeout
	}
	if config.Idle <= 0 {
		config.Idle = defaultIdle
	}
	return &Helpers{config: config}
}

// Derive implements Deriver.
func (s *Helpers) Derive(t Task) ([]byte, error) {
	h := s.take()
	if h == nil {
		s.within.Add(1)
		return Within{}.Derive(t)
	}
	sum, err := h.derive(t, s.config.Now().Add(s.config.Timeout))
	if err == nil {
		s.putBack(h)
		return sum, nil
	}
	h.kill()
	s.lost(h.proven && !errors.Is(err, os.ErrDeadlineExceeded), err)
	s.within.Add(1)
	return Within{}.Derive(t)
}

// take is a helper that nobody else has, or nil where there is none to be had.
func (s *Helpers) take() *helper {
	s.mu.Lock()
	for len(s.idle) > 0 {
		last := len(s.idle) - 1
		h := s.idle[last]
		s.idle = s.idle[:last]
		if h.isAlive() {
			s.mu.Unlock()
			return h
		}
		s.lostAll.Add(1) // killed while it had nothing to do
		h.kill()
	}
	mayStart := !s.closed && !s.config.Now().Before(s.again)
	s.mu.Unlock()
	if !mayStart {
		return nil
	}
	h, err := startHelper(s.config.Command())
	if err != nil {
		s.lost(false, err)
		return nil
	}
	s.started.Add(1)
	return h
}

func (s *Helpers) putBack(h *helper) {
	s.mu.Lock()
	h.used, s.pause = s.config.Now(), 0
	closed := s.closed
	if !closed {
		s.idle = append(s.idle, h)
	}
	s.mu.Unlock()
	if closed {
		h.end()
	}
}

// lost notes a helper that is no more. Where another would be of no more use,
// since this one never answered or the machine is slow, the next waits, ever
// longer.
func (s *Helpers) lost(anotherHelps bool, cause error) {
	s.lostAll.Add(1)
	slog.Warn("password helper lost", "error", cause)
	s.mu.Lock()
	defer s.mu.Unlock()
	if anotherHelps {
		return
	}
	s.pause = min(max(2*s.pause, firstPause), longestPause)
	s.again = s.config.Now().Add(s.pause)
}

// Run ends helpers that are not needed any more, and all of them when ctx ends.
func (s *Helpers) Run(ctx context.Context) error {
	ticker := time.NewTicker(s.config.Idle / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			s.endIdle(func(*helper) bool { return true }, true)
			return nil
		case <-ticker.C:
			before := s.config.Now().Add(-s.config.Idle)
			s.endIdle(func(h *helper) bool { return h.used.Before(before) }, false)
		}
	}
}

func (s *Helpers) endIdle(which func(*helper) bool, forGood bool) {
	s.mu.Lock()
	var over []*helper
	s.idle = slices.DeleteFunc(s.idle, func(h *helper) bool {
		if which(h) {
			over = append(over, h)
			return true
		}
		return false
	})
	s.closed = s.closed || forGood
	s.mu.Unlock()
	for _, h := range over {
		h.end()
	}
}

// Started is how many helpers there have been.
func (s *Helpers) Started() uint64 { return s.started.Load() }

// Lost is how many of them died, hung or answered nonsense.
func (s *Helpers) Lost() uint64 { return s.lostAll.Load() }

// Within is how many sums were computed in this process in their place.
func (s *Helpers) Within() uint64 { return s.within.Load() }
