package contracttest

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"text/tabwriter"
)

// Seen is how often an endpoint gave one of its documented answers.
type Seen struct {
	Route
	Status int
	Times  int
}

type answerKey struct {
	operationID string
	status      int
}

type coverage struct {
	mu    sync.Mutex
	all   []Seen
	times map[answerKey]int
}

func newCoverage(routes []route) *coverage {
	c := &coverage{times: map[answerKey]int{}}
	for _, r := range routes {
		for _, key := range r.operation.child("responses").keys() {
			if status, err := strconv.Atoi(key); err == nil {
				c.all = append(c.all, Seen{Route: r.Route, Status: status})
			}
		}
	}
	return c
}

func (c *coverage) count(operationID string, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.times[answerKey{operationID, status}]++
}

// Coverage is every documented answer with how often it was seen so far, by
// path, method and status.
func (c *Contract) Coverage() []Seen {
	c.coverage.mu.Lock()
	defer c.coverage.mu.Unlock()
	seen := make([]Seen, len(c.coverage.all))
	for i, entry := range c.coverage.all {
		entry.Times = c.coverage.times[answerKey{entry.OperationID, entry.Status}]
		seen[i] = entry
	}
	return seen
}

// PrintCoverage writes the answers that were never seen, and their share.
func (c *Contract) PrintCoverage(out io.Writer) error {
	all := c.Coverage()
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	met := 0
	for _, entry := range all {
		if entry.Times > 0 {
			met++
			continue
		}
		if _, err := fmt.Fprintf(table, "never\t%d\t%s\t%s %s\n", entry.Status, entry.OperationID, entry.Method, entry.Path); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(table, "%d of %d documented answers were seen\n", met, len(all)); err != nil {
		return err
	}
	return table.Flush()
}
