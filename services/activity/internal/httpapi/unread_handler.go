package httpapi

import (
	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func (a *API) countUnread(c *gin.Context) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	count, err := a.Followed.CountUnread(ctx, a.Caller(ctx))
	return httpserver.OK(activityrest.UnreadCount{Count: count}), err
}

func (a *API) markRead(c *gin.Context) (httpserver.Reply, error) {
	var request activityrest.MarkReadRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	until, err := a.Zone.ParseDashed(request.Until)
	if err != nil {
		return httpserver.Reply{}, apierr.Violated("until", "yyyy-MM-ddTHH:mm:ss 형식이어야 합니다", "must have the form yyyy-MM-ddTHH:mm:ss").Because(err)
	}
	ctx := c.Request.Context()
	return httpserver.OK(true), a.Followed.MarkRead(ctx, a.Caller(ctx), until)
}
