package faults_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/evidence"
)

// awayFor is how long a server is away for the n-th time. The contract speaks of an
// hour; what happens after the first seconds (queues are full, leases have passed,
// sessions are gone) is the same from then on.
func awayFor(n int) time.Duration {
	switch {
	case isLong(n):
		return 20 * time.Second
	case long():
		return 2 * time.Second
	}
	return 3 * time.Second
}

// outageOf is a test in which a server goes away and comes back under load, as often as
// times says, in each style.
func outageOf(t *testing.T, away map[style]func(ctx context.Context, s *scene) (back func()), all ...style) {
	t.Helper()
	for _, how := range styles(all...) {
		t.Run(string(how), func(t *testing.T) {
			s := play(t, standard(t), crowdSize)
			s.underLoad(func(ctx context.Context) {
				for n := range times(t) {
					back := away[how](ctx, s)
					began := s.ledger.Entries()
					arena.Wait(ctx, awayFor(n))
					s.note("hit %d of %d: %s; %d requests were acknowledged meanwhile", n+1, times(t), how, s.ledger.Entries()-began)
					back()
					arena.Wait(ctx, awayFor(1)/3)
				}
			})
			s.goodAfter(times(t))
		})
	}
}

// Writes go on at full speed; then all events arrive.
func testKafkaIsDownUnderWrites(t *testing.T) {
	outageOf(t, map[style]func(context.Context, *scene) func(){
		kill: func(_ context.Context, s *scene) func() {
			require.NoError(s.t, s.arena.Broker(0).Kill())
			return func() { require.NoError(s.t, s.arena.Broker(0).Start(context.Background())) }
		},
		stop: func(_ context.Context, s *scene) func() {
			require.NoError(s.t, s.arena.Broker(0).Pause())
			return func() { require.NoError(s.t, s.arena.Broker(0).Resume()) }
		},
		cut: func(_ context.Context, s *scene) func() {
			line, err := s.arena.KafkaLine(0)
			require.NoError(s.t, err)
			line.Cut()
			return func() { require.NoError(s.t, line.Restore()) }
		},
		full: func(_ context.Context, s *scene) func() { // it gives up; somebody makes room and starts it
			_, err := arena.FillDisk(s.arena.Broker(0).Pid())
			require.NoError(s.t, err)
			return func() { require.NoError(s.t, s.arena.Broker(0).Restart(context.Background())) }
		},
	}, kill, stop, cut, full)
}

// Consumers wait, nothing is dropped, offsets do not move past what is not applied.
func testMongoDBIsDown(t *testing.T) {
	outageOf(t, storeAway("mongodb", arena.MongoDB, []string{"activity", "activity-2", "search", "timeline"}), kill, stop, cut)
}

// Each write either succeeds whole or fails with 503; the client's retry is safe.
func testMySQLIsRestartedUnderWrites(t *testing.T) {
	away := storeAway("mysql", arena.MySQL, []string{"content", "content-2", "member", "timeline"})
	away[full] = func(ctx context.Context, s *scene) func() { // whatever it makes of that, it is started anew in the end
		pid, err := s.arena.Signal(ctx, "mysql", 0)
		require.NoError(s.t, err)
		room, err := arena.FillDisk(pid)
		require.NoError(s.t, err)
		return func() {
			require.NoError(s.t, room())
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				require.ErrorIs(s.t, err, syscall.ESRCH)
			}
			require.NoError(s.t, s.arena.AwaitBack(ctx, "mysql", pid))
		}
	}
	outageOf(t, away, kill, stop, cut, full)
}

// Nothing is lost, nothing is done twice, feeds are built again.
func testRedisIsFlushedOrGone(t *testing.T) {
	parts := []string{"content", "content-2", "member", "timeline", "search", "activity", "activity-2"}
	away := storeAway("redis", arena.Redis, parts)
	away[flush] = func(ctx context.Context, s *scene) func() {
		client := redis.NewClient(&redis.Options{Addr: s.arena.Stores().Redis})
		require.NoError(s.t, client.FlushAll(ctx).Err())
		require.NoError(s.t, client.Close())
		return func() {}
	}
	outageOf(t, away, flush, kill, stop, cut)
}

const (
	flush style = "FLUSHALL"
	full  style = "disk full"
)

// storeAway takes a store away from everybody who uses it.
func storeAway(part string, store arena.Store, users []string) map[style]func(context.Context, *scene) func() {
	return map[style]func(context.Context, *scene) func(){
		kill: func(ctx context.Context, s *scene) func() { // it comes back by itself
			pid, err := s.arena.Kill(ctx, part)
			require.NoError(s.t, err)
			return func() { require.NoError(s.t, s.arena.AwaitBack(ctx, part, pid)) }
		},
		stop: func(ctx context.Context, s *scene) func() {
			pid, err := s.arena.Signal(ctx, part, syscall.SIGSTOP)
			require.NoError(s.t, err)
			return func() { require.NoError(s.t, syscall.Kill(pid, syscall.SIGCONT)) }
		},
		cut: func(_ context.Context, s *scene) func() {
			var restore []func() error
			for _, user := range users {
				line, err := s.arena.Line(user, store)
				require.NoError(s.t, err)
				line.Cut()
				restore = append(restore, line.Restore)
			}
			return func() {
				for _, again := range restore {
					require.NoError(s.t, again())
				}
			}
		},
	}
}

// A topic that is gone is made again by who meets that, and what waits is sent. What
// Kafka had and loses with the topic is Kafka's: so all is read before.
func testKafkaLosesATopic(t *testing.T) {
	s := play(t, standard(t), crowdSize)
	for n := range times(t) {
		ctx, cancel := context.WithTimeout(t.Context(), quietWithin)
		require.Empty(t, s.evidence.AwaitQuiet(ctx))
		topics, err := s.evidence.Admin().ListTopics(ctx, evidence.Prefix)
		require.NoError(t, err)
		require.NoError(t, s.evidence.Admin().DeleteTopics(ctx, topics...))
		cancel()
		s.underLoad(func(ctx context.Context) { arena.Wait(ctx, awayFor(1)) })
		s.note("hit %d of %d: %v deleted, %d requests since the beginning", n+1, times(t), topics, s.ledger.Entries())
	}
	s.goodAfter(times(t))
}
