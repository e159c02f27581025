package httpserver

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/gin-gonic/gin"
)

var errPrefixForm = errors.New("is neither an address nor a CIDR")

// parsePrefixes reads the addresses and CIDRs of a setting.
func parsePrefixes(setting string, texts []string) ([]netip.Prefix, error) {
	prefixes := make([]netip.Prefix, 0, len(texts))
	var faults []error
	for _, text := range texts {
		text = strings.TrimSpace(text)
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			ip, ipErr := netip.ParseAddr(text)
			if ipErr != nil {
				faults = append(faults, fmt.Errorf("%s: %q %w", setting, text, errPrefixForm))
				continue
			}
			prefix = netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen())
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes, errors.Join(faults...)
}

func contains(prefixes []netip.Prefix, address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, prefix := range prefixes {
		if prefix.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// IsHTTPS says whether the client's own connection was https: directly, or as
// a trusted proxy tells.
func (s *Server) IsHTTPS(c *gin.Context) bool {
	if c.Request.TLS != nil {
		return true
	}
	if !contains(s.proxies, c.RemoteIP()) {
		return false
	}
	proto, _, _ := strings.Cut(c.GetHeader("X-Forwarded-Proto"), ",")
	return strings.EqualFold(strings.TrimSpace(proto), "https")
}
