package httpserver_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

func TestPathIDTakesPositiveIntegersBelow2To53(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Public().GET("/api/members/:memberId", f.Read(func(c *gin.Context) (httpserver.Reply, error) {
			id, err := httpserver.PathID(c, "memberId")
			return httpserver.OK(id), err
		}))
	})
	for text, want := range map[string]bool{
		"1": true, "7": true, "42": true, "9007199254740991": true,
		"0": false, "-1": false, "+1": false, "00": false, "01": false, "1.0": false, "1e3": false, "0x10": false,
		"9007199254740992": false, "9223372036854775807": false, "9223372036854775808": false, "18446744073709551617": false,
		"foo": false, "@kim": false, "1 ": false, " 1": false, "1,2": false, "1_000": false, "１": false, "٣": false, "Ⅳ": false, "\x00": false, "\xff": false,
		strings.Repeat("9", 5000): false,
	} {
		got := f.send(t, "GET", "/api/members/"+url.PathEscape(text), "")
		if want {
			require.Equal(t, `{"status":200,"result":"SUCCESS","data":`+text+`}`, got.body)
			continue
		}
		require.Equal(t, 400, got.status, "%q", text)
		require.Equal(t, "VALIDATION_FAILED", got.code(t))
		require.Contains(t, got.body, `"errors":[{"field":"memberId","message":"올바른 ID가 아닙니다"}]`)
	}
}

func TestParseIDReadsWhatIsWrittenAndNothingElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.Int64Range(1, httpserver.MaxID).Draw(t, "id")
		got, ok := httpserver.ParseID(strconv.FormatInt(id, 10))
		require.True(t, ok)
		require.Equal(t, id, got)
	})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if id, ok := httpserver.ParseID(text); ok {
			require.Equal(t, text, strconv.FormatInt(id, 10))
			require.Positive(t, id)
			require.LessOrEqual(t, id, int64(httpserver.MaxID))
		}
	})
}
