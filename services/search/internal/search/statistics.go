package search

import (
	"context"
	"sync"
	"time"
)

const (
	// statisticsKept is how old numbers may be that only weigh words.
	statisticsKept = time.Minute
	// mostKept bounds the terms that are remembered.
	mostKept = 20_000
)

// statistics remembers for a while how often terms occur. Numbers of nothing
// are not kept: what was just written is to be found. When a number is too old,
// the first who wants it asks, and the others go on with the old one.
type statistics struct {
	index Index
	now   Clock

	mu       sync.Mutex
	counts   map[statisticsKey]kept[int]
	measures map[Kind]kept[Measures]
}

type statisticsKey struct {
	kind Kind
	term string
}

type kept[T any] struct {
	value T
	until time.Time
}

// refreshedWithin is how long one asks for a number while others use the old one.
const refreshedWithin = 5 * time.Second

// look returns a number that may be used. The caller asks for it anew where ok is
// false. It must hold the lock.
func look[K comparable, T any](all map[K]kept[T], key K, now time.Time) (value T, ok bool) {
	known, ok := all[key]
	if !ok || now.Before(known.until) {
		return known.value, ok
	}
	all[key] = kept[T]{known.value, now.Add(refreshedWithin)}
	return known.value, false
}

func newStatistics(index Index, now Clock) *statistics {
	return &statistics{index: index, now: now, counts: map[statisticsKey]kept[int]{}, measures: map[Kind]kept[Measures]{}}
}

func (s *statistics) count(ctx context.Context, kind Kind, term string) (int, error) {
	key := statisticsKey{kind, term}
	now := s.now()
	s.mu.Lock()
	known, ok := look(s.counts, key, now)
	s.mu.Unlock()
	if ok {
		return known, nil
	}
	n, err := s.index.CountTerm(ctx, kind, term, mostCounted)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == 0 {
		delete(s.counts, key)
		return 0, nil
	}
	if len(s.counts) >= mostKept {
		clear(s.counts)
	}
	s.counts[key] = kept[int]{n, now.Add(statisticsKept)}
	return n, nil
}

func (s *statistics) measure(ctx context.Context, kind Kind) (Measures, error) {
	now := s.now()
	s.mu.Lock()
	known, ok := look(s.measures, kind, now)
	s.mu.Unlock()
	if ok {
		return known, nil
	}
	measures, err := s.index.Measure(ctx, kind)
	if err != nil {
		return Measures{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.measures[kind] = kept[Measures]{measures, now.Add(statisticsKept)}
	return measures, nil
}
