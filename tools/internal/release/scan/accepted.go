package scan

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

//go:embed accepted.txt
var accepted string

// Exception is a weakness that is accepted since a day, and why.
type Exception struct {
	ID, Reason string
	Since      time.Time
}

// Lasts is how long an exception holds: then it is thought about again.
const Lasts = 366 * 24 * time.Hour

var errException = errors.New("not an id, a date and a reason")

// Accepted are the exceptions of this repository.
func Accepted() ([]Exception, error) { return readExceptions(accepted) }

func readExceptions(text string) (exceptions []Exception, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		const id, date, reason = 0, 1, 2
		words := strings.SplitN(line, " ", reason+1)
		if len(words) <= reason || !strings.HasPrefix(words[id], "GO-") {
			return nil, fmt.Errorf("%q: %w", line, errException)
		}
		since, err := time.Parse(time.DateOnly, words[date])
		if err != nil {
			return nil, fmt.Errorf("%q: %w: %w", line, errException, err)
		}
		exceptions = append(exceptions, Exception{ID: words[id], Reason: words[reason], Since: since})
	}
	return exceptions, nil
}

// Judge splits what was found into what must be mended and what is accepted.
func Judge(found []Weakness, exceptions []Exception, now time.Time) (open, accepted []Weakness) {
	for _, w := range found {
		holds := slices.ContainsFunc(exceptions, func(e Exception) bool {
			return e.ID == w.ID && !now.Before(e.Since) && now.Sub(e.Since) < Lasts
		})
		if holds {
			accepted = append(accepted, w)
		} else {
			open = append(open, w)
		}
	}
	return open, accepted
}
