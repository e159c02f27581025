package scan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheAcceptedWeaknessesHaveDatesOfTheLastYear(t *testing.T) {
	t.Parallel()
	exceptions, err := Accepted()
	require.NoError(t, err)
	for _, e := range exceptions {
		require.False(t, e.Since.After(time.Now()), e.ID)
		require.Less(t, time.Since(e.Since), Lasts, "%s: think about it again", e.ID)
	}
}

func TestAnExceptionHasAnIDADateAndAReason(t *testing.T) {
	t.Parallel()
	got, err := readExceptions("# a remark\n\nGO-2026-1 2026-11-21 nobody calls it\n")
	require.NoError(t, err)
	require.Equal(t, []Exception{{ID: "GO-2026-1", Reason: "nobody calls it", Since: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}}, got)
	for _, line := range []string{"GO-2026-1", "GO-2026-1 2026-11-21", "GO-2026-1 today nobody calls it", "CVE-2026-1 2026-11-21 nobody calls it"} {
		_, err := readExceptions(line)
		require.ErrorIs(t, err, errException, line)
	}
}

func TestAnExceptionHoldsForAYear(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	exceptions := []Exception{{ID: "GO-2026-1", Since: since}}
	found := []Weakness{{ID: "GO-2026-1"}, {ID: "GO-2026-2"}}
	open, accepted := Judge(found, exceptions, since.AddDate(0, 11, 0))
	require.Equal(t, []Weakness{{ID: "GO-2026-2"}}, open)
	require.Equal(t, []Weakness{{ID: "GO-2026-1"}}, accepted)
	open, _ = Judge(found, exceptions, since.AddDate(1, 0, 2))
	require.Len(t, open, 2)
	open, _ = Judge(found, exceptions, since.AddDate(0, 0, -1))
	require.Len(t, open, 2, "not yet")
}
