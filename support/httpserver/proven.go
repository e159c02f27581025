package httpserver

import "github.com/gin-gonic/gin"

// AuthenticatedBy is Authenticated with another authenticator: for routes whose
// handlers finish what it leaves to them, such as the look for revocations.
func (s *Server) AuthenticatedBy(authenticator Authenticator) gin.IRoutes {
	return s.engine.Group("/", s.admit, func(c *gin.Context) { s.authenticateBy(c, authenticator) })
}
