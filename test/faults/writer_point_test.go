package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/proxy"
)

// writers are the processes that change things and state events.
var writers = []string{"content", "content-2", "member"}

func contentOnly() []string { return writers[:2] }

// Before the commit: no change, no event. The client's repeat does it once.
func testAWriterFailsBeforeTheCommit(t *testing.T) {
	hitAll(t, point{parts: writers, line: toStore(arena.MySQL), hold: proxy.Request, match: always(proxy.Commit())}, kill, stop, cut)
}

// After the commit, before the publisher takes the row: the drain sends the event.
func testAWriterFailsAfterTheCommit(t *testing.T) {
	hitAll(t, point{parts: writers, line: toStore(arena.MySQL), hold: proxy.Answer, match: always(proxy.Commit())}, kill, stop, cut)
}

// Before the send arrives: the same.
func testAWriterFailsBeforeTheSend(t *testing.T) {
	hitAll(t, point{parts: []string{"content", "member"}, line: toKafka, shared: true, hold: proxy.Request, match: produceOf}, kill, stop, cut)
}

// After the send, before the ack: sent again, and applied once.
func testAWriterFailsAfterTheSendBeforeTheAck(t *testing.T) {
	hitAll(t, point{parts: []string{"content", "member"}, line: toKafka, shared: true, hold: proxy.Answer, match: produceOf}, kill, stop, cut)
}

// produceOf waits for the service of a part: its replicas have one name with Kafka.
func produceOf(part string) proxy.Match { return proxy.Kafka(proxy.Produce, serviceOf(part)) }

// After the ack, before the row is deleted: the same.
func testAWriterFailsAfterTheAckBeforeTheDelete(t *testing.T) {
	hitAll(t, point{
		parts: writers, line: toStore(arena.MySQL), hold: proxy.Request,
		match: func(part string) proxy.Match {
			return proxy.SQL("DELETE FROM " + serviceOf(part) + "_publisher_dead_letters")
		},
	}, kill, stop, cut)
}

// The delete arrives, and nobody hears of it.
func testAWriterFailsAfterTheDelete(t *testing.T) {
	hitAll(t, point{
		parts: contentOnly(), line: toStore(arena.MySQL), hold: proxy.Answer,
		match: always(proxy.SQL("DELETE FROM content_publisher_dead_letters")),
	}, kill, cut)
}

const (
	jobNumber = 3 // the replica that a job is run as
	jobPart   = "content-3"
	outage    = 2 * time.Second
)

// A drain dies, or stops, holding a lease: another takes over after the lease, and
// what the first still does when it wakes up does no harm.
func testADrainFailsHoldingALease(t *testing.T) {
	for _, how := range styles(kill, stop) {
		t.Run(string(how), func(t *testing.T) {
			s := play(t, standard(t), crowdSize)
			s.underLoad(func(ctx context.Context) {
				for n := range times(t) {
					s.failDrain(ctx, how, n)
					s.note("hit %d of %d: %s of a drain", n+1, times(t), how)
				}
			})
			s.goodAfter(times(t))
		})
	}
}

// beyondClaim is longer than the lease of a claim (30 s).
const beyondClaim = 32 * time.Second

// failDrain lets events wait, starts a drain, and hits it when it has their lease, for
// the n-th time.
func (s *scene) failDrain(ctx context.Context, how style, n int) {
	s.t.Helper()
	kafka, err := s.arena.KafkaLine(0)
	require.NoError(s.t, err)
	spec, err := s.arena.Spec("content", jobNumber, "drain-dead-letters")
	require.NoError(s.t, err)
	line, err := s.arena.Line(jobPart, arena.MySQL)
	require.NoError(s.t, err)
	trap := proxy.NewTrap(proxy.Answer, proxy.Claim(), 0)
	line.Trap(trap)

	kafka.Cut()
	arena.Wait(ctx, outage)
	for _, part := range contentOnly() { // their own events wait until their lease has passed
		_, err := s.arena.Kill(ctx, part)
		require.NoError(s.t, err)
	}
	require.NoError(s.t, kafka.Restore())
	limited, cancel := context.WithTimeout(ctx, hitWithin)
	defer cancel()
	job := s.drainUntil(limited, spec, trap)
	if how == kill {
		require.NoError(s.t, job.Kill())
		trap.Lose()
		return
	}
	require.NoError(s.t, job.Pause())
	trap.Release()
	during := shortPause
	if isLong(n) {
		during = beyondClaim
	}
	arena.Wait(ctx, during)
	require.NoError(s.t, job.Resume())
	<-job.Done()
	require.NoError(s.t, job.Err())
}

// drainUntil runs drains until one of them is faster than those of the services.
func (s *scene) drainUntil(ctx context.Context, spec child.Spec, trap *proxy.Trap) *child.Process {
	s.t.Helper()
	for {
		job, err := child.Start(spec)
		require.NoError(s.t, err)
		s.t.Cleanup(func() { _ = job.Kill() })
		select {
		case <-trap.Sprung():
			require.NoError(s.t, trap.Await(ctx))
			return job
		case <-job.Done():
		case <-ctx.Done():
			require.NoError(s.t, ctx.Err(), "no drain had anything to claim\n%s", s.where())
		}
	}
}
