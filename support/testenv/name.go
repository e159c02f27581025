package testenv

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
	"testing"
)

const maxTestName = 24

// uniqueName is a lower-case name that no other test has, of letters, digits
// and underscores, and that shows which test it belongs to.
func uniqueName(t testing.TB) string {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails, by its contract
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(t.Name()))
	if len(clean) > maxTestName {
		clean = clean[len(clean)-maxTestName:]
	}
	return "t" + hex.EncodeToString(random[:]) + "_" + strings.Trim(clean, "_")
}
