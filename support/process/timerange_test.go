package process_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/process"
)

func TestATimeRangeIsTwoInstantsInOrder(t *testing.T) {
	t.Parallel()
	_, _, err := process.TimeRange("republish", []string{"--from", "2026-11-20T00:00:00Z", "--to", "2026-11-20T09:00:00+09:00"})
	require.ErrorIs(t, err, process.ErrUsage, "the same instant")
	from, to, err := process.TimeRange("republish", []string{"--from", "2026-11-20T00:00:00Z", "--to=2026-11-20T09:00:01+09:00"})
	require.NoError(t, err)
	require.Equal(t, time.Second, to.Sub(from))
	for _, words := range []string{
		"", "--from 2026-11-20T00:00:00Z", "--to 2026-11-20T00:00:00Z", "--from 어제 --to 2026-11-20T00:00:00Z",
		"--from 2026-11-21T00:00:00Z --to 2026-11-20T00:00:00Z", "--from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z more",
		"--from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z --all",
	} {
		_, _, err := process.TimeRange("republish", strings.Fields(words))
		require.ErrorIs(t, err, process.ErrUsage, words)
		require.ErrorContains(t, err, "republish --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z", words)
	}
}
