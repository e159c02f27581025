package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
)

// FuzzCookie: whatever a client sends as cookies and as its name, what is read of
// it is short, and cannot break out of a header or a log line.
func FuzzCookie(f *testing.F) {
	for _, cookie := range []string{
		"", "refresh_token=abc", "device=a.b; refresh_token=c", `refresh_token="quoted"`, "refresh_token=a; refresh_token=b", "refresh_token", "refresh_token=", "=x", "; ;", "REFRESH_TOKEN=a",
		"refresh_token=" + strings.Repeat("a", 513), "refresh_token=a\r\nSet-Cookie: b=c", "refresh_token=%0d%0a", "refresh_token=한글", "refresh_token=\x00\xff", `device="a.b`, "device=a,b", "$Version=1; refresh_token=a",
	} {
		f.Add(cookie, "Mozilla/5.0 (한글)")
	}
	f.Add("device=x", "\x1b[31m\r\n\u202e"+strings.Repeat("가", 300))
	f.Fuzz(func(t *testing.T, cookie, agent string) {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequest(http.MethodPost, "/", http.NoBody)
		c.Request.Header["Cookie"] = []string{cookie}
		for _, name := range []string{refreshCookie, deviceCookie} {
			value := cookieOf(c, name)
			require.LessOrEqual(t, len(value), longestCookie)
			require.Contains(t, cookie, value)
			require.False(t, strings.ContainsAny(value, "\r\n\x00;"), "%q", value)
		}
		device := deviceName(agent)
		require.True(t, utf8.ValidString(device))
		require.LessOrEqual(t, utf8.RuneCountInString(device), longestDevice)
		require.Equal(t, -1, strings.IndexFunc(device, unicode.IsControl))
	})
}
