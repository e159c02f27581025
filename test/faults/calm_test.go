package faults_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/crowd"
)

func testWithoutFaultsEverythingAgreesWithTheLedger(t *testing.T) {
	s := play(t, standard(t), 6)
	plan := crowd.NewPlan(seed(t), 6, 60)
	s.note("seed %d, plan %s", seed(t), plan.Digest())
	require.NoError(t, s.crowd.Run(t.Context(), plan))
	v := s.good()
	require.Greater(t, v.Changes, 300)
	require.Zero(t, v.Copies)
}
