package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

const (
	// commentEvery is how often a stream that has nothing to say says so.
	commentEvery = 15 * time.Second
	// reconnectAfter is what browsers are told to wait, in milliseconds.
	reconnectAfter = 2000
)

func (a *API) createTicket(c *gin.Context) (httpserver.Reply, error) {
	ticket, err := a.Tickets.Issue(c.Request.Context(), c.GetHeader("Authorization"))
	return httpserver.OK(activityrest.StreamTicket{Ticket: ticket}), err
}

// stream writes what the caller's list gets, until the client leaves, the token
// is not valid any more, or the server stops.
func (a *API) stream(c *gin.Context) error {
	ctx := c.Request.Context()
	stream, err := a.Streams.Open(ctx, a.Caller(ctx), activity.ID(c.GetHeader("Last-Event-ID")))
	if err != nil {
		return err
	}
	defer stream.Close()
	c.Header("Content-Type", "text/event-stream")
	c.Status(http.StatusOK)
	if err := say(c, fmt.Sprintf("retry: %d\n\n", reconnectAfter)); err != nil {
		return nil // the client is gone
	}
	if err := a.send(c, stream.Missed); err != nil {
		return nil
	}
	a.follow(c, stream)
	return nil
}

// follow ends with the stream. A fault ends it too: the client comes back with
// the last event that it has.
func (a *API) follow(c *gin.Context, stream *activity.Stream) {
	ctx := c.Request.Context()
	comments := time.NewTicker(commentEvery)
	defer comments.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-comments.C:
			if !a.StillValid(ctx, c.Request) || say(c, ":\n\n") != nil {
				return
			}
		case recorded, ok := <-stream.Recorded:
			if !ok {
				return
			}
			visible, err := stream.Visible(ctx, recorded)
			if err != nil || len(visible) > 0 && !a.StillValid(ctx, c.Request) || a.send(c, visible) != nil {
				return
			}
		}
	}
}

func (a *API) send(c *gin.Context, activities []activity.Activity) error {
	if len(activities) == 0 {
		return nil
	}
	signed := a.names(c.Request.Context(), activities)
	for _, row := range activities {
		text, err := json.Marshal(a.toActivity(row, signed[row.MemberID]))
		if err != nil {
			return fmt.Errorf("encode activity: %w", err)
		}
		if err := say(c, fmt.Sprintf("id: %s\ndata: %s\n\n", row.ID, text)); err != nil {
			return err
		}
	}
	return nil
}

func say(c *gin.Context, text string) error {
	if _, err := c.Writer.WriteString(text); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	c.Writer.Flush()
	return nil
}

// Tickets replace a token once.
type Tickets interface {
	// Issue makes a ticket that stands for an Authorization header for 30 s.
	Issue(ctx context.Context, authorization string) (ticket string, err error)
}
