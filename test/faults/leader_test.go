package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	own "github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv/server"
	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/evidence"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
	"github.com/dailyfeed/dailyfeed/test/faults/mutant"
)

// alone is the worst way in which a leader can die: its followers stand still for a
// moment, so that what it takes then is nowhere else, and it dies before they go on.
const alone style = "kill -9 before its followers have it"

const (
	leaderBrokers = 3
	leaderGone    = 4 * time.Second         // a broker counts as gone after 2 s, and others take over
	standStill    = 1200 * time.Millisecond // shorter than that: nobody is voted out
)

// One of three brokers, through which every event goes, dies, stops, or cannot be
// reached. acks=all loses nothing, whatever the moment; acks=1 does, and the harness
// says so.
func testALeaderFails(t *testing.T) {
	a := newArena(t, "brokers", arena.Config{
		Brokers: leaderBrokers, Replicas: map[string]int{"content": 2, "activity": 2}, Environ: []string{"TOPIC_PARTITIONS=1"},
	})
	for _, how := range []style{kill, stop, cut, alone} {
		well := t.Run(string(how), func(t *testing.T) {
			s := play(t, a, crowdSize)
			s.underLoad(func(ctx context.Context) {
				for n := range times(t) {
					leader := s.failLeader(ctx, how)
					s.note("hit %d of %d: %s of broker %d", n+1, times(t), how, leader)
				}
			})
			s.goodAfter(times(t))
		})
		if !well {
			return // a broker may be missing
		}
	}
	t.Run("the harness notices acks=1", func(t *testing.T) {
		withProgram(t, a, "content", mutant.Setting("KAFKA_ACKS=1"))
		s := play(t, a, crowdSize)
		s.underLoad(func(ctx context.Context) {
			for range mutantHits {
				s.failLeader(ctx, alone)
			}
		})
		s.notices(mutantQuiet, ledger.Lost)
	})
}

// failLeader lets the leader of today's topic fail, and returns its number.
func (s *scene) failLeader(ctx context.Context, how style) (n int) {
	s.t.Helper()
	n = s.leader(ctx)
	leader := s.arena.Broker(n)
	switch how {
	case kill, alone:
		if how == alone {
			s.standStill(ctx, n, leader.Kill)
		} else {
			require.NoError(s.t, leader.Kill())
		}
		arena.Wait(ctx, leaderGone)
		require.NoError(s.t, leader.Start(ctx))
	case stop:
		require.NoError(s.t, leader.Pause())
		arena.Wait(ctx, leaderGone)
		require.NoError(s.t, leader.Resume())
	case cut:
		line, err := s.arena.KafkaLine(n)
		require.NoError(s.t, err)
		line.Cut()
		arena.Wait(ctx, leaderGone)
		require.NoError(s.t, line.Restore())
	case flush, full:
		require.Fail(s.t, "no case of leaders")
	}
	arena.Wait(ctx, standStill) // events go on for a while
	return n
}

const leaderWithin = 30 * time.Second

// leader waits until somebody leads today's topic, and returns the broker's number.
func (s *scene) leader(ctx context.Context) (n int) {
	s.t.Helper()
	topic := own.DailyTopic(evidence.Prefix, time.Now())
	require.Eventually(s.t, func() bool {
		for broker := range s.arena.Brokers() {
			found, err := (&kafka.Client{Addr: kafka.TCP(s.arena.Broker(broker).Addr())}).Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
			if err != nil || len(found.Topics) != 1 || len(found.Topics[0].Partitions) != 1 {
				continue
			}
			n = found.Topics[0].Partitions[0].Leader.ID - 1
			if n >= 0 && n < s.arena.Brokers() {
				return true
			}
		}
		return false
	}, leaderWithin, lookAgain)
	return n
}

const lookAgain = 50 * time.Millisecond

// standStill stops all brokers but one for a moment, at the end of which something is
// done to that one.
func (s *scene) standStill(ctx context.Context, but int, do func() error) {
	s.t.Helper()
	var others []*server.Kafka
	for n := range s.arena.Brokers() {
		if n != but {
			others = append(others, s.arena.Broker(n))
		}
	}
	for _, other := range others {
		require.NoError(s.t, other.Pause())
	}
	arena.Wait(ctx, standStill)
	require.NoError(s.t, do())
	for _, other := range others {
		require.NoError(s.t, other.Resume())
	}
}
