package httpapi

import (
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// record makes a handler of a request's shape and its mapping.
func record[R any](a *API, from func(R) (activity.Draft, error)) httpserver.Handler {
	return func(c *gin.Context) (httpserver.Reply, error) {
		var request R
		if err := httpserver.Bind(c, &request); err != nil {
			return httpserver.Reply{}, err
		}
		draft, err := from(request)
		if err != nil {
			return httpserver.Reply{}, err
		}
		ctx := c.Request.Context()
		recorded, err := a.Records.Record(ctx, a.Caller(ctx), draft, requestOf(c, draft))
		if err != nil {
			return httpserver.Reply{}, err
		}
		return httpserver.Created(a.toActivity(recorded, Name{})), nil
	}
}

// How long the names of requests count (spec 03).
const (
	keyLife       = 24 * time.Hour
	requestIDLife = time.Minute
)

// requestOf names a request by its idempotency key, else by its id, which nobody
// else's request has where the caller gave none. What is asked is part of it.
func requestOf(c *gin.Context, draft activity.Draft) activity.Request {
	what := fmt.Sprintf(" %s %d %d", draft.Type, draft.PostID, draft.CommentID)
	if key := c.GetHeader("Idempotency-Key"); key != "" {
		return activity.Request{Name: "key " + key + what, Within: keyLife}
	}
	return activity.Request{Name: "id " + httpserver.RequestID(c.Request.Context()) + what, Within: requestIDLife}
}
