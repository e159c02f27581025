package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/evidence"
	"github.com/dailyfeed/dailyfeed/test/faults/mutant"
)

const (
	untilMidnight = 2 * time.Minute // time to build, start and gather
	afterMidnight = 6 * time.Second
	steppingFor   = 25 * time.Second
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
	s.good()
	members := map[int64]bool{}
	for _, id := range s.ledger.Members() {
		members[id] = true
	}
	byTopic := map[string]int{}
	for _, r := range s.evidence.Tap().Of(members) {
		byTopic[r.Topic]++
	}
	s.note("records by topic: %v", byTopic)
	require.Positive(t, byTopic[evidence.Prefix+midnight.Add(-time.Hour).Format("20060102")])
	require.Positive(t, byTopic[evidence.Prefix+midnight.Format("20060102")])
}

// Clocks of processes are stepped to and fro, by more than a lease, while writers die.
func testClocksAreStepped(t *testing.T) {
	s := play(t, withMutant(t, "content", mutant.SteppingClock("content")), crowdSize)
	s.underLoad(func(ctx context.Context) {
		for n := range times(t) / 4 {
			part := contentOnly()[n%2]
			arena.Wait(ctx, steppingFor/5)
			pid, err := s.arena.Kill(ctx, part)
			require.NoError(t, err)
			require.NoError(t, s.arena.AwaitBack(ctx, part, pid))
		}
	})
	s.good()
}
