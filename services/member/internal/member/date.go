package member

import "time"

// Date is a day without time or zone; the zero value is none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// firstYear is the first that every supported database stores in a DATE.
const firstYear = 1000

const dateForm = "2006-01-02"

// parseDate reads yyyy-MM-dd of a day that exists.
func parseDate(text string) (Date, bool) {
	t, err := time.Parse(dateForm, text)
	if err != nil || len(text) != len(dateForm) || t.Year() < firstYear {
		return Date{}, false
	}
	return DateOf(t), true
}

// DateOf is the day of t in its own zone.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{Year: year, Month: month, Day: day}
}

// IsZero says that there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Time is the first instant of the day in UTC.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// String is yyyy-MM-dd.
func (d Date) String() string { return d.Time().Format(dateForm) }

func (d Date) before(other Date) bool { return d.Time().Before(other.Time()) }
