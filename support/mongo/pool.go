package mongo

import (
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/event"
)

// Stats are the connections of a client now.
type Stats struct {
	// Open are all connections, InUse those that work.
	Open, InUse int64
	// Failed is how often since the start no connection was to be had.
	Failed int64
}

// Stats tells of the pool, for metrics.
func (c *Client) Stats() Stats {
	return Stats{Open: c.pool.open.Load(), InUse: c.pool.inUse.Load(), Failed: c.pool.failed.Load()}
}

// pool counts what the driver tells of its connections.
type pool struct{ open, inUse, failed atomic.Int64 }

func (p *pool) monitor() *event.PoolMonitor {
	return &event.PoolMonitor{Event: func(e *event.PoolEvent) {
		switch e.Type {
		case event.ConnectionCreated:
			p.open.Add(1)
		case event.ConnectionClosed:
			p.open.Add(-1)
		case event.ConnectionCheckedOut:
			p.inUse.Add(1)
		case event.ConnectionCheckedIn:
			p.inUse.Add(-1)
		case event.ConnectionCheckOutFailed:
			p.failed.Add(1)
		}
	}}
}
