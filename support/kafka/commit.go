package kafka

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// progress collects what is handled and not yet committed in one generation.
type progress struct {
	mu    sync.Mutex
	next  map[TopicPartition]int64
	count int
	after int
	full  chan struct{} // holds one when count has reached after
}

func newProgress(after int) *progress {
	return &progress{next: make(map[TopicPartition]int64), after: after, full: make(chan struct{}, 1)}
}

// mark says that everything before next is handled, count records more than before.
func (p *progress) mark(tp TopicPartition, next int64, count int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next[tp] = next
	if p.count += count; p.count >= p.after {
		select {
		case p.full <- struct{}{}:
		default:
		}
	}
}

// take hands over what is to be committed.
func (p *progress) take() map[TopicPartition]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := p.next
	p.next, p.count = make(map[TopicPartition]int64), 0
	return taken
}

// giveBack keeps what could not be committed, but for what has moved on since.
func (p *progress) giveBack(offsets map[TopicPartition]int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	newer := p.next
	p.next = offsets
	maps.Copy(p.next, newer)
}

// commitLoop commits in batches. It returns an error where the group no longer
// takes anything from this generation.
func (s *session) commitLoop(ctx context.Context, g generation, p *progress) error {
	ticker := time.NewTicker(s.config.CommitEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-p.full:
		}
		if err := s.commit(ctx, g, p); isExpelled(err) {
			return err
		}
	}
}

// commitLast is after the last handler has returned, also when ctx has ended.
func (s *session) commitLast(ctx context.Context, g generation, p *progress) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveWithin)
	defer cancel()
	for range 2 { // the connection may just have been lost
		if err := s.commit(ctx, g, p); err == nil || isExpelled(err) {
			return
		}
	}
}

// commit stores what is handled. What fails is kept for the next time; at worst it
// is handled again by whoever gets the partition.
func (s *session) commit(ctx context.Context, g generation, p *progress) error {
	taken := p.take()
	if len(taken) == 0 {
		return nil
	}
	failed, err := s.membership.coordinator.commit(ctx, g, taken)
	if err != nil {
		p.giveBack(taken)
		if ctx.Err() == nil {
			s.config.Observer.Faulted("commit offsets", err)
		}
		return err
	}
	return s.keepFailed(failed, taken, p)
}

// keepFailed looks at the partitions that the coordinator did not take.
func (s *session) keepFailed(failed map[TopicPartition]error, taken map[TopicPartition]int64, p *progress) error {
	keep := make(map[TopicPartition]int64)
	var first error
	for tp, err := range failed {
		if errors.Is(err, kafka.UnknownTopicOrPartition) {
			continue // deleted: there is nothing to go on from
		}
		keep[tp] = taken[tp]
		if first == nil || isExpelled(err) {
			first = err
		}
	}
	p.giveBack(keep)
	if first != nil {
		s.config.Observer.Faulted("commit offsets", first)
	}
	return first
}
