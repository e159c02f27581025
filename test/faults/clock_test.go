package faults_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/evidence"
	"github.com/dailyfeed/dailyfeed/test/faults/mutant"
)

const (
	untilMidnight = 2 * time.Minute // time to build, start and gather
	afterMidnight = 6 * time.Second
	stepsEvery    = 5 * time.Second // between two deaths: a clock is stepped every 7 s
)

// Midnight comes under load: the events are on both days' topics, none is lost, and
// those of a thing are in order.
func testMidnightUnderLoad(t *testing.T) {
	standard(t) // its start takes time
	now := time.Now().UTC()
	midnight := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	strikes := now.Add(untilMidnight) // when the service's clock says midnight
	a := withMutant(t, "content", mutant.ShiftedClock("content", midnight.Sub(strikes)))
	s := play(t, a, crowdSize)
	require.Less(t, time.Now(), strikes, "the machine was too slow to be ready before midnight")
	s.note("midnight at %s", strikes.Format(time.TimeOnly))
	s.underLoad(func(ctx context.Context) {
		arena.Wait(ctx, time.Until(strikes)+afterMidnight)
	})
	s.goodAfter(1)
	byTopic := map[string]int{}
	for _, r := range s.evidence.Tap().Of(s.members()) {
		byTopic[r.Topic]++
	}
	s.note("records by topic: %v", byTopic)
	require.Positive(t, byTopic[evidence.Prefix+midnight.Add(-time.Hour).Format("20060102")])
	require.Positive(t, byTopic[evidence.Prefix+midnight.Format("20060102")])
}

// Midnight comes again and again, by days of ten seconds: topics are made as they are
// needed, consumers find them, and nothing is lost or out of order between them.
func testManyMidnightsUnderLoad(t *testing.T) {
	standard(t)
	a := withMutant(t, "content", mutant.ShortDays(time.Now()))
	s := play(t, a, crowdSize)
	nights := times(t)
	s.underLoad(func(ctx context.Context) { arena.Wait(ctx, time.Duration(nights+1)*mutant.DayLength) })
	s.goodAfter(nights)
	topics := map[string]bool{}
	for _, r := range s.evidence.Tap().Of(s.members()) {
		topics[r.Topic] = true
	}
	require.Greater(t, len(topics), nights)
	ctx, cancel := context.WithTimeout(context.Background(), quietWithin)
	defer cancel()
	made := slices.DeleteFunc(slices.Collect(maps.Keys(topics)), func(topic string) bool {
		return topic <= kafka.DailyTopic(evidence.Prefix, time.Now().AddDate(0, 0, 2))
	})
	require.NoError(t, s.evidence.Admin().DeleteTopics(ctx, made...)) // other tests need not read them
}

func (s *scene) members() map[int64]bool {
	members := map[int64]bool{}
	for _, id := range s.ledger.Members() {
		members[id] = true
	}
	return members
}

// Clocks of processes are stepped to and fro, by more than a lease, while writers die.
func testClocksAreStepped(t *testing.T) {
	s := play(t, withMutant(t, "content", mutant.SteppingClock("content")), crowdSize)
	s.underLoad(func(ctx context.Context) {
		for n := range times(t) {
			part := contentOnly()[n%2]
			arena.Wait(ctx, stepsEvery)
			pid, err := s.arena.Kill(ctx, part)
			require.NoError(t, err)
			require.NoError(t, s.arena.AwaitBack(ctx, part, pid))
		}
	})
	s.goodAfter(times(t))
}
