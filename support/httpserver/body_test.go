package httpserver_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

type draft struct {
	Content *string  `json:"content"`
	Count   int      `json:"count"`
	Tags    []string `json:"tags"`
	IDs     []int64  `json:"ids"`
	Deep    any      `json:"deep"`
}

// binder answers with what it has read.
func binder(f *fixture) {
	bind := func(c *gin.Context) (httpserver.Reply, error) {
		var d draft
		if err := httpserver.Bind(c, &d); err != nil {
			return httpserver.Reply{}, err
		}
		d.Deep = nil
		return httpserver.OK(d), nil
	}
	f.Public().POST("/api/x", f.Write(bind))
	f.Public().POST("/api/query", f.Action(bind))
	f.Public().GET("/api/x", f.Read(bind))
}

func nested(depth int) string {
	// the object itself is one level
	return `{"deep":` + strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1) + "}"
}

func TestBodiesAreReadStrictly(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, binder)
	for name, c := range map[string]struct {
		body string
		want string // of the data; "" where it is refused
	}{
		"plain":                      {`{"content":"안녕"}`, `"content":"안녕"`},
		"white space around":         {" \r\n\t{} \n", `"content":null`},
		"unknown property":           {`{"other":[1,{"a":null}],"count":1}`, `"count":1`},
		"null is absent":             {`{"content":null,"count":null,"tags":null}`, `"content":null,"count":0,"tags":[]`},
		"empty list":                 {`{"tags":[]}`, `"tags":[]`},
		"list":                       {`{"tags":["a","","null"],"ids":[3,1]}`, `"tags":["a","","null"],"ids":[3,1]`},
		"null in a list":             {`{"tags":["a",null]}`, ""},
		"null in a list of numbers":  {`{"ids":[null]}`, ""},
		"object for a list":          {`{"tags":{}}`, ""},
		"fraction in a list":         {`{"ids":[1.5]}`, ""},
		"escapes":                    {`{"content":"\u0041\ud83d\ude00"}`, `"content":"A😀"`},
		"nesting to 32":              {nested(32), `"deep":null`},
		"nesting to 33":              {nested(33), ""},
		"nesting to 33 in unknown":   {strings.Replace(nested(33), "deep", "other", 1), ""},
		"nesting without end":        {strings.Repeat(`{"deep":`, 100_000), ""},
		"name in another case":       {`{"Content":"x"}`, `"content":null`},
		"empty":                      {"", ""},
		"white space only":           {" \n", ""},
		"null":                       {"null", ""},
		"null with space":            {" null\n", ""},
		"array":                      {`[]`, ""},
		"string":                     {`"content"`, ""},
		"number":                     {`1`, ""},
		"true":                       {`true`, ""},
		"two values":                 {`{}{}`, ""},
		"value after it":             {`{} 1`, ""},
		"garbage after it":           {`{}x`, ""},
		"duplicate names":            {`{"count":1,"count":1}`, ""},
		"duplicate names, escaped":   {`{"count":1,"c\u006funt":1}`, ""},
		"duplicate names in unknown": {`{"other":{"a":1,"a":2}}`, ""},
		"invalid UTF-8 in a text":    {"{\"content\":\"\xff\"}", ""},
		"invalid UTF-8 in a name":    {"{\"\xff\":1}", ""},
		"half a surrogate":           {`{"content":"\ud83d"}`, ""},
		"byte order mark":            {"\ufeff{}", ""},
		"control character":          {"{\"content\":\"\x01\"}", ""},
		"number for a text":          {`{"content":1}`, ""},
		"text for a number":          {`{"count":"1"}`, ""},
		"fraction for an integer":    {`{"count":1.5}`, ""},
		"integer that is too large":  {`{"count":9223372036854775808}`, ""},
		"text for a list":            {`{"tags":"a"}`, ""},
		"number in a list of texts":  {`{"tags":["a",1]}`, ""},
		"comment":                    {`{/* */}`, ""},
		"trailing comma":             {`{"count":1,}`, ""},
		"single quotes":              {`{'count':1}`, ""},
		"not a number":               {`{"count":NaN}`, ""},
		"leading zero":               {`{"count":01}`, ""},
		"cut off":                    {`{"content":"a`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, path := range []string{"/api/x", "/api/query"} {
				got := f.send(t, "POST", path, c.body)
				if c.want == "" {
					require.Equal(t, 400, got.status, got.body)
					require.Equal(t, "MALFORMED_REQUEST", got.code(t))
					require.NotContains(t, got.body, `"errors"`)
					continue
				}
				require.Equal(t, 200, got.status, got.body)
				require.Contains(t, got.body, c.want)
			}
		})
	}
}

func TestBodiesAreReadWhateverTheirContentTypeSays(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, binder)
	for _, kind := range []string{"", "text/plain", "application/json; charset=euc-kr", "multipart/form-data", "application/x-www-form-urlencoded", "nonsense"} {
		got := f.send(t, "POST", "/api/x", `{"count":1}`, header("Content-Type", kind))
		require.Equal(t, 200, got.status, kind)
	}
}

func TestAReadHasNoBodyToBind(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, binder)
	require.Equal(t, "MALFORMED_REQUEST", f.send(t, "GET", "/api/x", "").code(t))
}

func TestBodiesOverTheLimitAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, binder)
	const mebibyte = 1 << 20
	exact := `{"other":"` + strings.Repeat("x", mebibyte-len(`{"other":""}`)) + `"}`
	require.Equal(t, 200, f.send(t, "POST", "/api/x", exact).status)
	chunked := func(r *http.Request) { r.ContentLength = -1 }
	for _, path := range []string{"/api/x", "/api/query"} {
		for _, options := range [][]option{nil, {chunked}} {
			got := f.send(t, "POST", path, exact+" ", options...)
			require.Equal(t, 413, got.status)
			require.Equal(t, "PAYLOAD_TOO_LARGE", got.code(t))
			require.Equal(t, 413, f.send(t, "POST", path, strings.Repeat(" ", 8*mebibyte), options...).status)
		}
	}
}

func TestUploadsAreReadByTheirHandlerUpToTheirLimit(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, func(f *fixture) {
		f.Public().POST("/api/upload", f.Upload(10, func(c *gin.Context) (httpserver.Reply, error) {
			read, err := io.ReadAll(c.Request.Body)
			return httpserver.OK(len(read)), err
		}))
	})
	require.Equal(t, `{"status":200,"result":"SUCCESS","data":10}`, f.send(t, "POST", "/api/upload", "0123456789").body)
	got := f.send(t, "POST", "/api/upload", "0123456789+")
	require.Equal(t, 413, got.status)
	require.Equal(t, "PAYLOAD_TOO_LARGE", got.code(t))
}

// What is wrong with a body is told by its place: its text may be a password.
func TestBrokenBodiesAreNotQuoted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, binder)
	for _, body := range []string{`{"count":"pa55word"}`, `{"pa55word":1,"pa55word":2}`, `{"content":"pa55word`, `{"tags":"pa55word"}`} {
		require.NotContains(t, f.send(t, "POST", "/api/x", body).body, "pa55word")
	}
	require.NotContains(t, f.log.text(), "pa55word")
	require.Contains(t, f.log.text(), "at byte")
}

func TestABodyThatTricklesInEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	f, _ := running(t, func(c *httpserver.Config) { c.Deadline = 100 * time.Millisecond }, binder)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(f.url, "http://"))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = conn.Write([]byte("POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"))
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	said, err := io.ReadAll(conn)
	require.NoError(t, err, "and the connection is closed")
	require.Contains(t, string(said), "HTTP/1.1 504")
	require.Contains(t, string(said), "DEADLINE_EXCEEDED")
}
