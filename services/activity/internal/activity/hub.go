package activity

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const (
	// lookEvery is how often the hub looks for what is new.
	lookEvery = time.Second
	// overlap is longer than a write takes from its time to being seen, and than
	// clocks of replicas differ: that far back the hub looks again each time.
	overlap = 10 * time.Second
	// portion is what the hub reads at a time.
	portion = 1000
	// backlogMost bounds what a stream may be behind: one that is further is ended,
	// and resumes by its last event.
	backlogMost = 64
)

var errStreamsFull = errors.New("activity: as many streams as there may be are open")

// Hub tells open streams of public activities as they are recorded, by any
// replica. While nobody listens it asks the store nothing.
type Hub struct {
	reader RecentReader
	now    Clock
	most   int

	mu            sync.Mutex
	subscriptions map[*Subscription]bool
	overruns      uint64
}

// NewHub reads from reader, for at most so many subscriptions at a time.
func NewHub(reader RecentReader, now Clock, most int) *Hub {
	return &Hub{reader: reader, now: now, most: most, subscriptions: map[*Subscription]bool{}}
}

// Subscription is what one stream hears.
type Subscription struct {
	// Recorded gives what was recorded since the subscription began, each once, in
	// portions; it is closed when the stream is too far behind.
	Recorded chan []Activity
	since    time.Time
}

// Subscribe begins a subscription; Unsubscribe must end it. Fails with
// CodeServiceUnavailable where there are too many.
func (h *Hub) Subscribe() (*Subscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.subscriptions) >= h.most {
		return nil, apierr.CodeServiceUnavailable.Wrap(errStreamsFull)
	}
	s := &Subscription{Recorded: make(chan []Activity, backlogMost), since: h.now()}
	h.subscriptions[s] = true
	return s, nil
}

// Unsubscribe ends a subscription; again changes nothing.
func (h *Hub) Unsubscribe(s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subscriptions, s)
}

// Open is how many streams are open now, and overruns how many were ended since
// the start because they were too far behind.
func (h *Hub) Open() (open int, overruns uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subscriptions), h.overruns
}

// Run looks for what is new until ctx ends, and tells failed of each look that
// fails; the next one makes up for it.
func (h *Hub) Run(ctx context.Context, failed func(error)) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	seen := map[ID]time.Time{}
	for from := h.now(); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if open, _ := h.Open(); open == 0 {
			from = h.now()
			clear(seen)
			continue
		}
		looked := h.now()
		if err := h.look(ctx, from.Add(-overlap), seen); err != nil {
			if ctx.Err() == nil {
				failed(err)
			}
			continue
		}
		from = looked
		for id, recorded := range seen {
			if recorded.Before(from.Add(-2 * overlap)) {
				delete(seen, id)
			}
		}
	}
}

// look tells of everything recorded after a time that is not in seen.
func (h *Hub) look(ctx context.Context, after time.Time, seen map[ID]time.Time) error {
	var id ID
	for {
		found, err := h.reader.ListRecorded(ctx, PublicTypes(), after, id, portion)
		if err != nil {
			return err
		}
		fresh := make([]Activity, 0, len(found))
		for _, a := range found {
			if _, known := seen[a.ID]; !known {
				seen[a.ID] = a.RecordedAt
				fresh = append(fresh, a)
			}
		}
		h.tell(fresh)
		if len(found) < portion {
			return nil
		}
		last := found[len(found)-1]
		after, id = last.RecordedAt, last.ID
	}
}

// tell never waits: a stream that does not keep up is ended.
func (h *Hub) tell(fresh []Activity) {
	if len(fresh) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subscriptions {
		select {
		case s.Recorded <- fresh:
		default:
			delete(h.subscriptions, s)
			close(s.Recorded)
			h.overruns++
		}
	}
}
