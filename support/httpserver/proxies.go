package httpserver

import (
	"net/netip"

	"github.com/gin-gonic/gin"
)

// fromTrustedProxy says whether the connection comes from one of TRUSTED_PROXIES.
func (s *Server) fromTrustedProxy(c *gin.Context) bool {
	ip, err := netip.ParseAddr(c.RemoteIP())
	if err != nil {
		return false
	}
	prefixes, err := parsePrefixes(s.config.TrustedProxies)
	if err != nil { // refused at the start by gin
		return false
	}
	for _, prefix := range prefixes {
		if prefix.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}
