package search

import (
	"sync"
	"time"
)

const (
	// absenceKept is for how long the index is taken to be behind on what its
	// owner no longer showed: longer than events take, and short, because the
	// owner may have been the one behind.
	absenceKept  = 3 * time.Second
	mostAbsences = 10_000
)

// absences remembers what the index still has and its owner does not show, so
// that the next page begins where this one, which was filled up, has ended.
type absences struct {
	now Clock

	mu    sync.Mutex
	until map[int64]time.Time
}

func newAbsences(now Clock) *absences { return &absences{now: now, until: map[int64]time.Time{}} }

func (a *absences) add(id int64) {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.until) >= mostAbsences {
		clear(a.until)
	}
	a.until[id] = now.Add(absenceKept)
}

// present is ids without those that are known to be absent.
func (a *absences) present(ids []int64) []int64 {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.until) == 0 {
		return ids
	}
	for id, until := range a.until {
		if !now.Before(until) {
			delete(a.until, id)
		}
	}
	var left []int64
	for _, id := range ids {
		if _, absent := a.until[id]; !absent {
			left = append(left, id)
		}
	}
	return left
}
