package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
	"github.com/dailyfeed/dailyfeed/test/faults/arena"
)

const (
	scaleEvery  = 5 * time.Second
	scaleMost   = 6
	scaleLeast  = 2
	stopWithin  = 40 * time.Second
	scaleCycles = 6
)

// A group grows to six members and shrinks to two, every five seconds, under load:
// nothing is lost, and the lag goes back to nothing. Timeline and search begin with one
// member, activity and content with two.
func testConsumersComeAndGoUnderLoad(t *testing.T) {
	cycles, services := 1, []string{"timeline"}
	if long() {
		cycles, services = scaleCycles, []string{"timeline", "search", "activity", "content"}
	}
	for _, service := range services {
		t.Run(service, func(t *testing.T) {
			s := play(t, standard(t), crowdSize)
			s.underLoad(func(ctx context.Context) { s.scale(ctx, service, cycles) })
			s.goodAfter(cycles)
			lag, err := s.evidence.Lag(t.Context())
			require.NoError(t, err)
			require.Zero(t, lag)
		})
	}
}

// scale lets the group of a service grow and shrink.
func (s *scene) scale(ctx context.Context, service string, cycles int) {
	s.t.Helper()
	first := len(s.arena.Parts(service))
	var extra []*child.Process
	for n := range cycles {
		for first+len(extra) < scaleMost {
			extra = append(extra, s.startConsumer(service, first+len(extra)+1))
		}
		arena.Wait(ctx, scaleEvery)
		for first+len(extra) > scaleLeast {
			s.endConsumer(extra[len(extra)-1])
			extra = extra[:len(extra)-1]
		}
		arena.Wait(ctx, scaleEvery)
		lag, err := s.evidence.Lag(ctx)
		require.NoError(s.t, err)
		s.note("cycle %d of %d of %s: %d → %d → %d members; lag %d", n+1, cycles, service, first, scaleMost, scaleLeast, lag)
	}
	for _, process := range extra {
		s.endConsumer(process)
	}
}

// startConsumer starts one more replica, which is a member of its service's group.
func (s *scene) startConsumer(service string, number int) *child.Process {
	s.t.Helper()
	spec, err := s.arena.Spec(service, number, "serve")
	require.NoError(s.t, err)
	process, err := child.Start(spec)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = process.Kill() })
	return process
}

func (s *scene) endConsumer(process *child.Process) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	require.NoError(s.t, process.Stop(ctx))
	require.NoError(s.t, process.Err(), "it leaves as it should")
}
