// Package wallclock writes and reads the dates of the wire: wall-clock values
// without zone, in the one zone that DAILYFEED_TIME_ZONE names, to the second.
package wallclock

import (
	"fmt"
	"time"
	_ "time/tzdata" // an image holds nothing but the binary
)

const (
	spaced = "2006-01-02 15:04:05"
	dashed = "2006-01-02T15:04:05"
	day    = "2006-01-02"
)

// Zone is the zone of the wire.
type Zone struct{ location *time.Location }

// Load finds a zone by its IANA name, such as Asia/Seoul.
func Load(name string) (Zone, error) {
	location, err := time.LoadLocation(name)
	if err != nil {
		return Zone{}, fmt.Errorf("load time zone %q: %w", name, err)
	}
	return Zone{location}, nil
}

// Spaced is "yyyy-MM-dd HH:mm:ss", the form of posts.
func (z Zone) Spaced(t time.Time) string { return t.In(z.location).Format(spaced) }

// Dashed is "yyyy-MM-ddTHH:mm:ss", the form of comments, members and activities.
func (z Zone) Dashed(t time.Time) string { return t.In(z.location).Format(dashed) }

// ParseDashed reads "yyyy-MM-ddTHH:mm:ss" strictly: no zone, no fraction.
func (z Zone) ParseDashed(text string) (time.Time, error) { return z.parse(dashed, text) }

// ParseDay reads "yyyy-MM-dd" as the first instant of that day.
func (z Zone) ParseDay(text string) (time.Time, error) { return z.parse(day, text) }

func (z Zone) parse(layout, text string) (time.Time, error) {
	if len(text) != len(layout) { // time.Parse takes fractions that the layout does not name
		return time.Time{}, fmt.Errorf("parse date %q: wants the form %s", text, layout)
	}
	t, err := time.ParseInLocation(layout, text, z.location)
	if err != nil {
		return time.Time{}, fmt.Errorf("parse date: %w", err)
	}
	return t, nil
}

// NextDay is the first instant of the day after that of t.
func (z Zone) NextDay(t time.Time) time.Time {
	y, m, d := t.In(z.location).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, z.location)
}
