package httpserver

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// sightTime is how often it is looked how fast requests are answered.
	sightTime = 200 * time.Millisecond
	// leastSlots are there however slow answers are: so few that wait are no queue.
	leastSlots = 64
	// worthOf the deadline is what a queue may take of it: whoever would wait
	// longer is better off elsewhere, and at once.
	worthOf = 10
	// memory is how much of a rate is kept from one look to the next.
	memory = 0.8
	// relief is the part of the time a queue may take at which answers are fast again.
	relief = 2
)

// slots bound the requests that are worked on at once. While answers are fast
// that bound is MAX_IN_FLIGHT. When they take longer than a tenth of the
// deadline, more work is coming in than is done; then no more requests are let in
// than are answered in that time, so that those that are let in are answered,
// instead of all of them too late.
type slots struct {
	most   int
	within time.Duration

	mu       sync.Mutex
	taken    int
	slow     bool
	rate     float64 // answers a second, lately at best
	since    time.Time
	answered int           // since then
	time     time.Duration // that these took together
}

func newSlots(most int, deadline time.Duration) *slots {
	return &slots{most: most, within: deadline / worthOf}
}

// slot is a request's place among those in flight.
type slot struct {
	of    *slots
	began time.Time
	left  atomic.Bool
}

// enter lets a request in; nil where it does not.
func (s *slots) enter() *slot {
	now := time.Now() //nolint:forbidigo // measures elapsed time
	if !s.take(now) {
		return nil
	}
	return &slot{of: s, began: now}
}

// leave gives the place back, once.
func (s *slot) leave() {
	if s.left.CompareAndSwap(false, true) {
		s.of.give(s.began, time.Now()) //nolint:forbidigo // measures elapsed time
	}
}

// take lets a request in, or does not.
func (s *slots) take(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(now)
	if s.taken >= s.limit() {
		return false
	}
	s.taken++
	return true
}

// give ends what take began at a time.
func (s *slots) give(began, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	s.answered++
	s.time += now.Sub(began)
}

func (s *slots) limit() int {
	if !s.slow {
		return s.most
	}
	return min(max(int(s.rate*s.within.Seconds()), leastSlots), s.most)
}

// look judges the last time of answers, when it is over.
func (s *slots) look(now time.Time) {
	elapsed := now.Sub(s.since)
	if elapsed < sightTime {
		return
	}
	s.rate = max(float64(s.answered)/elapsed.Seconds(), s.rate*memory)
	switch {
	case s.answered > 0:
		each := s.time / time.Duration(s.answered)
		s.slow = each > s.within || (s.slow && each > s.within/relief)
	case s.taken == 0:
		s.slow = false
	}
	s.since, s.answered, s.time = now, 0, 0
}

// inFlight and bound are for metrics.
func (s *slots) inFlight() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(s.taken)
}

func (s *slots) bound() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(s.limit())
}
