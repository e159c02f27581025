package httpapi

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

const readKey = "timeline.read"

// tellRead tells the read that a handler noted, once it was answered.
func (a *API) tellRead(c *gin.Context) {
	c.Next()
	value, _ := c.Get(readKey)
	if read, ok := value.(timeline.Read); ok && c.Writer.Status() == http.StatusOK {
		a.Reads.Emit(read, httpserver.TraceParent(c.Request.Context()))
	}
}

// noteRead leaves a read to tellRead; nil is one that does not count.
func noteRead(c *gin.Context, read *timeline.Read) {
	if read != nil {
		c.Set(readKey, *read)
	}
}
