package serviceclient_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

func TestStatesAndOutcomesHaveNames(t *testing.T) {
	t.Parallel()
	for state, name := range map[serviceclient.State]string{serviceclient.Closed: "closed", serviceclient.HalfOpen: "half-open", serviceclient.Open: "open", 9: "unknown"} {
		require.Equal(t, name, state.String())
	}
	for outcome, name := range map[serviceclient.Outcome]string{
		serviceclient.Failed: "failed", serviceclient.Answered: "answered", serviceclient.Abandoned: "abandoned",
		serviceclient.Limited: "limited", serviceclient.Rejected: "rejected", 9: "unknown",
	} {
		require.Equal(t, name, outcome.String())
	}
}
