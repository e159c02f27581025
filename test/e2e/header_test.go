package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// cheap are the operations that may be asked often without doing harm.
func cheap(op operation) bool {
	return !op.streams() && !op.endsCaller() && !op.guardsPassword() && op.OperationID != "signUp"
}

func TestARequestIDIsTheCallersWhereItHasItsForm(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, cheap, func(t *testing.T, op operation) {
		for _, id := range []string{"a", "r-1", "A.Z_9:+/=-", strings.Repeat("a", 128), "0af7651916cd43dd8448eb211c80319c"} {
			a := w.valid(op).withHeader("request id "+clip(id), "X-Request-Id", id+"")
			require.Equal(t, id, w.send(t, a).header.Get("X-Request-Id"), a.describe())
		}
		for _, id := range []string{"", " ", "a b", "a,b", "한글", strings.Repeat("a", 129), "<script>", "a\tb", "a;b", "a%0ab", `a"b`, "{}", "é"} {
			a := w.valid(op).withHeader("request id "+clip(id), "X-Request-Id", id)
			got := w.send(t, a).header.Get("X-Request-Id")
			require.NotEqual(t, id, got, a.describe())
			require.Regexp(t, `^[A-Za-z0-9._:+/=-]{1,128}$`, got, a.describe())
		}
		a := w.valid(op).withHeader("two request ids", "X-Request-Id", "one", "X-Request-Id", "two")
		w.send(t, a)
	})
}

func TestMessagesAreKoreanUnlessEnglishIsPreferred(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.bearer || op.body != nil }, func(t *testing.T, op operation) {
		// judge compares the language with how the header begins
		for _, preferred := range []string{"en", "en-US", "en-US,en;q=0.9,ko;q=0.8", "en-GB;q=0.9, fr;q=0.5", "en,*", "ko", "ko-KR,ko;q=0.9,en;q=0.8", "fr", "fr,ko", "ja;q=0.9", "*", "!!!", "", "k" + strings.Repeat("o", 3000), "\xff", "zz-ZZ-zz", ";q=1"} {
			a := w.valid(op).withHeader("language "+clip(preferred), "Accept-Language", preferred)
			if op.body != nil {
				a.body = []byte("{}")
			} else {
				a.token = ""
			}
			if got := w.send(t, a); got.status < http.StatusBadRequest && len(op.body.required()) > 0 {
				t.Errorf("%s\n  got %s", a.describe(), got.describe())
			}
		}
	})
}

func TestABodyIsReadWhateverItsType(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.body != nil && cheap(op) }, func(t *testing.T, op operation) {
		want := w.send(t, w.valid(op))
		if strings.HasPrefix(op.OperationID, "like") {
			return
		}
		for _, kind := range []string{"", "text/plain", "text/plain;charset=UTF-8", "application/xml", "multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "x", ";;;", "application/grpc", strings.Repeat("a", 3000)} {
			a := w.valid(op).with("content type " + clip(kind))
			a.header["Content-Type"] = []string{kind}
			if got := w.send(t, a); got.status >= http.StatusBadRequest && want.status < http.StatusBadRequest || got.failure.Code == "MALFORMED_REQUEST" {
				t.Errorf("%s\n  got %s\n  with JSON's own type %s", a.describe(), got.describe(), want.describe())
			}
		}
	})
}

func TestHeadersThatMeanNothingHereChangeNothing(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool {
		return op.isAPI() && op.Method == http.MethodGet && cheap(op) && op.service != "image"
	}, func(t *testing.T, op operation) {
		want := w.send(t, w.valid(op))
		for name, value := range map[string]string{
			"If-None-Match": "*", "If-Modified-Since": "Sat, 21 Nov 2099 00:00:00 GMT", "Range": "bytes=0-1", "Accept": "image/png", "Accept-Encoding": "gzip, br", "Accept-Charset": "x",
			"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE", "X-Original-URL": "/internal/posts", "X-Rewrite-URL": "/internal/posts", "X-Forwarded-For": "1.2.3.4, not-an-address", "Forwarded": "for=\"[::1\"",
			"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "javascript", "X-Real-Ip": "x", "Traceparent": "00-zz-zz-01", "Tracestate": "\xff", "Baggage": strings.Repeat("a=b,", 500), "Cookie": "=;;;=; a=\"b", "User-Agent": strings.Repeat("가", 1000),
			"X-Internal-Token": w.internalToken, "X-Forwarded-Client-Cert": "By=x", "Idempotency-Key": "", "Te": "trailers", "Upgrade": "h2c", "Origin": "",
		} {
			a := w.valid(op).withHeader(name, name, value)
			w.send(t, a).wants(t, a, want.status, want.failure.Code)
		}
	})
}

const homeOrigin = "http://localhost:3000"

func TestOriginsThatAreAllowedReadAndOthersDoNot(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.isAPI() && cheap(op) && !op.cookie }, func(t *testing.T, op operation) {
		a := w.valid(op).withHeader("a known origin", "Origin", homeOrigin)
		header := w.send(t, a).header
		require.Equal(t, []string{homeOrigin}, header["Access-Control-Allow-Origin"], a.describe())
		require.Equal(t, []string{"true"}, header["Access-Control-Allow-Credentials"], a.describe())
		require.Contains(t, strings.Join(header["Vary"], ","), "Origin", a.describe())
		for _, exposed := range []string{"Authorization", "X-Token-Refresh-Needed", "X-Relogin-Required", "X-Request-Id", "Retry-After", "Idempotency-Replayed"} {
			require.Contains(t, header.Get("Access-Control-Expose-Headers"), exposed, a.describe())
		}
		for _, origin := range []string{"http://evil.example", "null", "https://localhost:3000", homeOrigin + ".evil.example", homeOrigin + "/", "http://LOCALHOST:3000x", "*"} {
			a := w.valid(op).withHeader("origin "+origin, "Origin", origin)
			for name := range w.send(t, a).header {
				require.False(t, strings.HasPrefix(name, "Access-Control-"), "%s answers %s", a.describe(), name)
			}
		}
	})
}

func TestPreflights(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, operation.isAPI, func(t *testing.T, op operation) {
		a := w.valid(op).withHeader("preflight", "Origin", homeOrigin, "Access-Control-Request-Method", op.Method, "Access-Control-Request-Headers", "authorization,x-anything,idempotency-key")
		a.method, a.body, a.token, a.unrouted = http.MethodOptions, nil, "", true
		got := w.send(t, a)
		require.Less(t, got.status, 300, a.describe())
		require.Equal(t, homeOrigin, got.header.Get("Access-Control-Allow-Origin"))
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			require.Contains(t, got.header.Get("Access-Control-Allow-Methods"), method)
		}
		require.Contains(t, strings.ToLower(got.header.Get("Access-Control-Allow-Headers")), "x-anything")
		require.Equal(t, "3600", got.header.Get("Access-Control-Max-Age"))
		foreign := a.with("foreign preflight")
		foreign.header.Set("Origin", "http://evil.example")
		for name := range w.send(t, foreign).header {
			require.False(t, strings.HasPrefix(name, "Access-Control-"), "%s answers %s", foreign.describe(), name)
		}
	})
}

// What is public under /api/images answers ranges and conditions as files do.
func TestAPictureAnswersRangesAndConditions(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return strings.Contains(op.Path, "{imageId}") }, func(t *testing.T, op operation) {
		etag := w.send(t, w.valid(op)).header.Get("Etag")
		for name, values := range map[string][]string{
			"Range":         {"bytes=0-0", "bytes=-5", "bytes=5-", "bytes=99999999-", "bytes=0-0,2-2", "bytes=5-1", "bytes=a-b", "x=0-1", "bytes=" + strings.Repeat("0-0,", 2000) + "0-0", "bytes=9223372036854775808-"},
			"If-None-Match": {etag, "*", "W/" + etag, `"x", ` + etag, "x", `"`, strings.Repeat(`"a",`, 2000)},
			"If-Match":      {etag, "*", `"x"`, "x"}, "If-Modified-Since": {"Sat, 21 Nov 2099 00:00:00 GMT", "x"}, "If-Unmodified-Since": {"Thu, 01 Jan 1970 00:00:00 GMT", "x"}, "If-Range": {etag, "x"},
		} {
			for _, value := range values {
				a := w.valid(op).withHeader(name+" "+clip(value), name, value)
				a.unrouted = name != "Range" && name != "If-None-Match" // the document tells of these
				if got := w.send(t, a); name == "If-None-Match" && value == etag {
					got.wants(t, a, http.StatusNotModified, "")
				}
			}
		}
	})
}
