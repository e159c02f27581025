package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// rejoin is a reason to begin a new generation.
func rejoin(why string) error { return fmt.Errorf("%s: %w", why, errRejoin) }

// errSessionLost is a member that could not reach its group for so long that the
// others may have its partitions.
var errSessionLost = errors.New("no heartbeat got through for the session timeout")

// runGeneration handles the member's partitions until the group, the topics or ctx
// say that it ends, and returns why. When it returns, no handler runs any more, and
// what they did is committed as far as the group still takes it.
func (s *session) runGeneration(ctx context.Context, mine share, topics map[string]int) error {
	working, end := context.WithCancelCause(ctx)
	defer end(nil)
	// heartbeats go on while handlers finish, so that the group waits for them
	beating, stopBeating := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBeating()
	progress := newProgress(s.config.CommitAfter)

	var background, workers sync.WaitGroup
	background.Go(func() { s.beat(beating, mine.generation, end) })
	background.Go(func() {
		if err := s.watchTopics(working, mine, topics); err != nil {
			end(err)
		}
	})
	background.Go(func() {
		if err := s.commitLoop(working, mine.generation, progress); err != nil {
			end(err)
		}
	})
	for _, partition := range mine.partitions {
		workers.Go(func() { s.newWorker(partition, progress).run(working) })
	}

	<-working.Done()
	workers.Wait()
	stopBeating()
	background.Wait()
	s.commitLast(ctx, mine.generation, progress)
	return context.Cause(working)
}

// beat keeps the membership alive until ctx ends, and ends the generation where the
// group says so, or nothing was heard of it for the session timeout. It goes on
// beating while the handlers finish: a rebalance waits for members that are alive.
func (s *session) beat(ctx context.Context, g generation, end context.CancelCauseFunc) {
	ticker := time.NewTicker(s.config.HeartbeatEvery)
	defer ticker.Stop()
	expiry := time.NewTimer(s.config.SessionTimeout)
	defer expiry.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-expiry.C:
			end(errSessionLost)
			return
		case <-ticker.C:
		}
		err := s.membership.coordinator.heartbeat(ctx, g)
		switch {
		case err == nil:
			expiry.Reset(s.config.SessionTimeout)
		case errors.Is(err, kafka.RebalanceInProgress):
			expiry.Reset(s.config.SessionTimeout)
			end(rejoin("rebalance"))
		case isExpelled(err):
			end(s.membership.forgetIfUnknown(err))
			return
		case ctx.Err() == nil:
			s.config.Observer.Faulted("heartbeat", err)
		}
	}
}

// isExpelled: the group has gone on without this member.
func isExpelled(err error) bool {
	return errors.Is(err, kafka.IllegalGeneration) || errors.Is(err, kafka.UnknownMemberId) ||
		errors.Is(err, kafka.FencedInstanceID)
}
