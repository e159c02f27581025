package mongo

import (
	"context"
	"sync"

	"go.mongodb.org/mongo-driver/v2/event"
)

// commands are the spans of commands under way. The driver tells the end of
// each that it told the begin of.
type commands struct {
	trace func(ctx context.Context, operation string) (end func(error))
	spans sync.Map // of command to func(error)
}

// command tells commands apart: request ids are counted by process.
type command struct {
	connection string
	request    int64
}

// traceMonitor is nil where nothing is traced, and then costs nothing. A
// command's text is left out: it holds values.
func traceMonitor(trace func(context.Context, string) func(error)) *event.CommandMonitor {
	if trace == nil {
		return nil
	}
	c := &commands{trace: trace}
	return &event.CommandMonitor{
		Started: func(ctx context.Context, e *event.CommandStartedEvent) {
			if end := c.trace(ctx, e.CommandName); end != nil {
				c.spans.Store(command{e.ConnectionID, e.RequestID}, end)
			}
		},
		Succeeded: func(_ context.Context, e *event.CommandSucceededEvent) {
			c.end(command{e.ConnectionID, e.RequestID}, nil)
		},
		Failed: func(_ context.Context, e *event.CommandFailedEvent) {
			c.end(command{e.ConnectionID, e.RequestID}, e.Failure)
		},
	}
}

func (c *commands) end(which command, err error) {
	if found, ok := c.spans.LoadAndDelete(which); ok {
		if end, ok := found.(func(error)); ok {
			end(err)
		}
	}
}
