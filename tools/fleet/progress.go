package fleet

import (
	"strings"
	"time"
)

// A step that takes longer than the first says so, and again after each of the others.
const (
	busyFirst = 2 * time.Second
	busyNext  = 10 * time.Second
)

// timed does a step, tells what it is at while it takes long, and how long it
// took in the end.
func (f *Fleet) timed(what string, do func() error) error {
	began := time.Now()
	stop := f.console.busy(what, began)
	err := do()
	stop()
	if err == nil {
		f.console.say("%-10s done in %.1f s", what, time.Since(began).Seconds())
	}
	return err
}

// busy says now and then that a step goes on, with the last line of what it
// writes, until stop is called.
func (c *console) busy(what string, began time.Time) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		timer := time.NewTimer(busyFirst)
		defer timer.Stop()
		for {
			select {
			case <-done:
				return
			case <-timer.C:
				c.say("%-10s busy for %.0f s%s", what, time.Since(began).Seconds(), c.lastLine(what))
				timer.Reset(busyNext)
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// shownOfLine is how much of a step's own words fits beside ours.
const shownOfLine = 80

func (c *console) lastLine(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	part := c.parts[name]
	if part == nil || part.last == "" {
		return ""
	}
	line := []rune(strings.TrimSpace(part.last))
	return ": " + string(line[:min(len(line), shownOfLine)])
}
