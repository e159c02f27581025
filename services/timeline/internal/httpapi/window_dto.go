package httpapi

import (
	"net/url"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const day = 24 * time.Hour

// windows are the values of the parameter "window" (spec 06).
var windows = map[timelinerest.Window]timeline.Window{
	timelinerest.WindowAll:   0,
	timelinerest.WindowDay:   timeline.Window(day),
	timelinerest.WindowWeek:  timeline.Window(7 * day),
	timelinerest.WindowMonth: timeline.Window(30 * day),
}

// fromWindow reads the window of a ranking, all where none is given.
func fromWindow(query url.Values) (name timelinerest.Window, window timeline.Window, err error) {
	values, given := query["window"]
	if !given {
		return timelinerest.WindowAll, 0, nil
	}
	if len(values) == 1 {
		name = timelinerest.Window(values[0])
		if window, known := windows[name]; known {
			return name, window, nil
		}
	}
	return "", 0, apierr.Violated("window", "24h, 7d, 30d, all 중 하나여야 합니다", "must be one of 24h, 7d, 30d, all")
}
