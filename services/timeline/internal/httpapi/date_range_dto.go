package httpapi

import (
	"net/url"
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

// The times that a column can hold; what lies outside is the same to a search.
var (
	earliest = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
)

// fromDateRange reads startDate and endDate: a second each, or the whole day.
// Both are inclusive; until is the first instant behind the range. All broken
// rules are reported at once.
func fromDateRange(query url.Values, zone wallclock.Zone) (from, until time.Time, err error) {
	var broken apierr.Violations
	from, _ = fromDate(query, "startDate", zone, &broken)
	_, until = fromDate(query, "endDate", zone, &broken)
	if err := broken.Err(); err != nil {
		return from, until, err
	}
	if !until.After(from) {
		return from, until, apierr.Violated("endDate", "startDate보다 빠를 수 없습니다", "must not be before startDate")
	}
	return clamp(from), clamp(until), nil
}

// fromDate is the span that a parameter means: a second or a day.
func fromDate(query url.Values, name string, zone wallclock.Zone, broken *apierr.Violations) (from, until time.Time) {
	values := query[name]
	if len(values) == 0 {
		broken.Add(name, "필수 값입니다", "is required")
		return from, until
	}
	if len(values) == 1 {
		if at, err := zone.ParseDashed(values[0]); err == nil {
			return at, at.Add(time.Second)
		}
		if at, err := zone.ParseDay(values[0]); err == nil {
			return at, zone.NextDay(at)
		}
	}
	broken.Add(name, "yyyy-MM-ddTHH:mm:ss 또는 yyyy-MM-dd 형식이어야 합니다", "must have the form yyyy-MM-ddTHH:mm:ss or yyyy-MM-dd")
	return from, until
}

func clamp(t time.Time) time.Time {
	switch {
	case t.Before(earliest):
		return earliest
	case t.After(latest):
		return latest
	}
	return t.UTC()
}
