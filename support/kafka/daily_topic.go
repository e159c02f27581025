package kafka

import (
	"strings"
	"time"
)

const dailyLayout = "20060102"

// DailyTopic is the topic of the UTC day of t: prefix and yyyyMMdd.
func DailyTopic(prefix string, t time.Time) string {
	return prefix + t.UTC().Format(dailyLayout)
}

// DayOf is the first instant of the UTC day that a daily topic is for; ok is
// false for any other topic, so that jobs leave it alone.
func DayOf(prefix, topic string) (day time.Time, ok bool) {
	date, found := strings.CutPrefix(topic, prefix)
	if !found {
		return time.Time{}, false
	}
	day, err := time.Parse(dailyLayout, date)
	return day, err == nil
}
