package evidence

import (
	"context"
	"fmt"
	"time"
)

const (
	lookEvery  = 200 * time.Millisecond
	readWithin = 5 * time.Minute
	askWithin  = 5 * time.Second
)

// letterTables are where events wait for Kafka.
var letterTables = []string{"content_publisher_dead_letters", "member_publisher_dead_letters"}

// AwaitQuiet waits until no event is on its way, and returns what still is when ctx
// ends.
func (c *Collector) AwaitQuiet(ctx context.Context) []string {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	calm := 0
	for {
		unquiet := c.unquiet(ctx)
		if len(unquiet) > 0 {
			calm = 0
		} else if calm++; calm > 1 { // twice in a row: a letter may just have left one place for the next
			return nil
		}
		select {
		case <-ctx.Done():
			return c.unquiet(context.WithoutCancel(ctx))
		case <-ticker.C:
		}
	}
}

func (c *Collector) unquiet(ctx context.Context) (what []string) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	for _, table := range letterTables {
		var n int64
		err := c.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+schema+"."+table+" WHERE parked_at IS NULL").Scan(&n)
		if err != nil {
			return append(what, fmt.Sprintf("%s: %v", table, err))
		}
		if n > 0 {
			what = append(what, fmt.Sprintf("%d events in %s", n, table))
		}
	}
	topics, err := c.admin.ListTopics(ctx, Prefix)
	if err != nil {
		return append(what, fmt.Sprintf("topics: %v", err))
	}
	for _, group := range append(Groups(), c.tap.group) {
		lags, err := c.admin.Lag(ctx, group, topics...)
		if err != nil {
			return append(what, fmt.Sprintf("%s: %v", group, err))
		}
		for _, lag := range lags {
			if n := lag.Records(); n > 0 {
				what = append(what, fmt.Sprintf("%s has %d records of %s/%d to go", group, n, lag.Topic, lag.Partition))
			}
		}
	}
	return what
}

// Lag is how many records the groups have yet to handle.
func (c *Collector) Lag(ctx context.Context) (int64, error) {
	topics, err := c.admin.ListTopics(ctx, Prefix)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, group := range Groups() {
		lags, err := c.admin.Lag(ctx, group, topics...)
		if err != nil {
			return 0, err
		}
		for _, lag := range lags {
			sum += lag.Records()
		}
	}
	return sum, nil
}
