package wallclock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

func load(t *testing.T, name string) wallclock.Zone {
	t.Helper()
	zone, err := wallclock.Load(name)
	require.NoError(t, err)
	return zone
}

func TestDatesAreWrittenInTheZoneOfTheWireToTheSecond(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 23, 59, 59, 999_999_000, time.UTC)
	require.Equal(t, "2026-11-20 23:59:59", load(t, "UTC").Spaced(at))
	require.Equal(t, "2026-11-21 08:59:59", load(t, "Asia/Seoul").Spaced(at))
	require.Equal(t, "2026-11-21T08:59:59", load(t, "Asia/Seoul").Dashed(at))
}

func TestDatesAreReadStrictly(t *testing.T) {
	t.Parallel()
	seoul := load(t, "Asia/Seoul")
	at, err := seoul.ParseDashed("2026-11-21T08:59:59")
	require.NoError(t, err)
	require.True(t, at.Equal(time.Date(2026, 11, 20, 23, 59, 59, 0, time.UTC)))
	for _, text := range []string{"", "2026-11-21", "2026-11-21 08:59:59", "2026-11-21T08:59:59Z", "2026-11-21T08:59:59.5", "2026-13-01T00:00:00", "2026-02-30T00:00:00", "2026-1-1T000:00:00"} {
		_, err := seoul.ParseDashed(text)
		require.Error(t, err, text)
	}
	_, err = seoul.ParseDay("2026-02-29")
	require.Error(t, err)
}

func TestNextDayFollowsTheCalendarNotTheClock(t *testing.T) {
	t.Parallel()
	london := load(t, "Europe/London")
	start, err := london.ParseDay("2026-10-25") // 25 hours long
	require.NoError(t, err)
	require.Equal(t, 25*time.Hour, london.NextDay(start).Sub(start))
}

func TestAnUnknownZoneIsRefused(t *testing.T) {
	t.Parallel()
	_, err := wallclock.Load("Mars/Olympus")
	require.ErrorContains(t, err, "Mars/Olympus")
}
