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
// are not kept: what was just written is to be found.
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

func newStatistics(index Index, now Clock) *statistics {
	return &statistics{index: index, now: now, counts: map[statisticsKey]kept[int]{}, measures: map[Kind]kept[Measures]{}}
}

func (s *statistics) count(ctx context.Context, kind Kind, term string) (int, error) {
	key := statisticsKey{kind, term}
	now := s.now()
	s.mu.Lock()
	known, ok := s.counts[key]
	s.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.value, nil
	}
	n, err := s.index.CountTerm(ctx, kind, term, mostCounted)
	if err != nil || n == 0 {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.counts) >= mostKept {
		clear(s.counts)
	}
	s.counts[key] = kept[int]{n, now.Add(statisticsKept)}
	return n, nil
}

func (s *statistics) measure(ctx context.Context, kind Kind) (Measures, error) {
	now := s.now()
	s.mu.Lock()
	known, ok := s.measures[kind]
	s.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.value, nil
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
