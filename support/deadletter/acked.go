package deadletter

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// acked are the letters that Kafka has and whose rows are still to be deleted. A
// delete that fails is tried again until it succeeds, and never answered by sending
// again. They are few: while the store cannot be reached, nothing new is sent.
type acked struct {
	mu  sync.Mutex
	ids map[string]struct{}
}

func (a *acked) add(eventIDs []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ids == nil {
		a.ids = make(map[string]struct{})
	}
	for _, id := range eventIDs {
		a.ids[id] = struct{}{}
	}
}

func (a *acked) forget(eventIDs []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range eventIDs {
		delete(a.ids, id)
	}
}

func (a *acked) all() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	ids := make([]string, 0, len(a.ids))
	for id := range a.ids {
		ids = append(ids, id)
	}
	return ids
}

func (a *acked) has(eventID string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, there := a.ids[eventID]
	return there
}

// removeAcked notes letters as acknowledged and deletes their rows, along with those
// that could not be deleted before. What fails stays noted for the next call.
func (s *Store) removeAcked(ctx context.Context, eventIDs []string) error {
	s.acked.add(eventIDs)
	for chunk := range slices.Chunk(s.acked.all(), statementRows) {
		if err := s.pool.DB(ctx).Exec("DELETE FROM "+s.table+" WHERE event_id IN ?", chunk).Error; err != nil {
			return fmt.Errorf("delete %d acknowledged letters: %w", len(chunk), err)
		}
		s.acked.forget(chunk)
	}
	return nil
}

// The waits of a delete that fails. What still fails after removeLimit is tried again
// with the next letters, and before each claim of this process.
const (
	removeLeast = 50 * time.Millisecond
	removeLimit = 2 * time.Second
)

// removeSoon deletes what was acknowledged also when ctx has ended meanwhile, and
// waits out a short failure of the store.
func (s *Store) removeSoon(ctx context.Context, eventIDs []string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeLimit)
	defer cancel()
	for wait := removeLeast; ; wait *= 2 {
		err := s.removeAcked(ctx, eventIDs)
		if err == nil {
			return nil
		}
		if pause(ctx, wait) != nil {
			slog.WarnContext(ctx, "acknowledged events not deleted yet", "events", len(s.acked.all()), "error", err)
			return err
		}
	}
}
