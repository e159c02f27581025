package contracttest_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
)

const (
	postBody = `{"status":201,"result":"SUCCESS","data":{"id":7,"title":"","content":"안녕","authorId":42,"authorName":null,` +
		`"authorHandle":"haneul","authorAvatarUrl":"no-image","viewCount":0,"likeCount":0,"commentCount":0,"liked":false,` +
		`"createdAt":"2026-11-20 19:04:11","updatedAt":"2026-11-20 19:04:11"}}`
	postNotFound = `{"statusCode":404,"resultCode":"FAIL","code":"POST_NOT_FOUND","message":"없습니다","path":"/api/posts/7","requestId":"r-1"}`
	doneBody     = `{"status":200,"result":"SUCCESS","data":true}`
)

func request(method, target, body string, header ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer a.b.c")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// apiHeader is the header of every API answer, and pairs.
func apiHeader(pairs ...string) http.Header {
	header := http.Header{
		"Content-Type":           {"application/json; charset=utf-8"},
		"X-Request-Id":           {"r-1"},
		"X-Content-Type-Options": {"nosniff"},
		"Cache-Control":          {"no-store"},
	}
	for i := 0; i < len(pairs); i += 2 {
		header.Add(pairs[i], pairs[i+1])
	}
	return header
}

func createPost(body string) contracttest.Exchange {
	sent := `{"content":"안녕"}`
	return contracttest.Exchange{
		Request: request("POST", "/api/posts", sent), RequestBody: []byte(sent),
		Status: 201, Header: apiHeader(), Body: []byte(body),
	}
}

func TestCheckAcceptsWhatIsDocumented(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	require.NoError(t, content.Check(createPost(postBody)))
	require.NoError(t, content.Check(contracttest.Exchange{
		Request: request("DELETE", "/api/posts/7/", ""), Status: 404, Header: apiHeader(), Body: []byte(postNotFound),
	}))
}

func TestCheckReportsAWrongBody(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	for name, test := range map[string]struct{ old, new, fault string }{
		"a missing field":                {`"title":"",`, ``, "missing property 'title'"},
		"an extra field":                 {`"liked":false`, `"liked":false,"secret":1`, "additional properties 'secret'"},
		"a null that may not be":         {`"content":"안녕"`, `"content":null`, "/data/content: got null, want string"},
		"a number as text":               {`"id":7`, `"id":"7"`, "/data/id: got string, want integer"},
		"an id of zero":                  {`"id":7`, `"id":0`, "/data/id: minimum"},
		"an id of 2^53":                  {`"id":7`, `"id":9007199254740992`, "/data/id: maximum"},
		"the other shape of a date":      {`"createdAt":"2026-11-20 19`, `"createdAt":"2026-11-20T19`, "/data/createdAt: '2026-11-20T19:04:11' does not match pattern"},
		"another contract status":        {`"status":201`, `"status":200`, "/status: value must be 201"},
		"another result":                 {`"SUCCESS"`, `"OK"`, "/result: value must be 'SUCCESS'"},
		"an extra field in the envelope": {`"result"`, `"more":1,"result"`, "additional properties 'more'"},
		"no JSON":                        {`{"status"`, `"status"`, "not one JSON value"},
		"something after the value":      {`}}`, `}} 1`, "not one JSON value"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := strings.Replace(postBody, test.old, test.new, 1)
			require.NotEqual(t, postBody, body)
			require.ErrorContains(t, content.Check(createPost(body)), test.fault)
		})
	}
}

func TestCheckReportsAWrongFailure(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	for name, test := range map[string]struct{ old, new, fault string }{
		"a code of another endpoint":      {`POST_NOT_FOUND`, `COMMENT_NOT_FOUND`, "/code: value must be 'POST_NOT_FOUND'"},
		"another number than the status":  {`"statusCode":404`, `"statusCode":400`, "/statusCode: value must be 404"},
		"errors where nothing was broken": {`"requestId"`, `"errors":[],"requestId"`, "/errors"},
		"no request id":                   {`,"requestId":"r-1"`, ``, "missing property 'requestId'"},
		"an extra field":                  {`"path"`, `"cause":"sql","path"`, "additional properties 'cause'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := strings.Replace(postNotFound, test.old, test.new, 1)
			require.NotEqual(t, postNotFound, body)
			err := content.Check(contracttest.Exchange{
				Request: request("DELETE", "/api/posts/7", ""), Status: 404, Header: apiHeader(), Body: []byte(body),
			})
			require.ErrorContains(t, err, test.fault)
		})
	}
}

func TestCheckWantsErrorsWithValidationFailed(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	exchange := createPost(`{"statusCode":400,"resultCode":"FAIL","code":"VALIDATION_FAILED","message":"m","path":"/api/posts","requestId":"r-1"}`)
	exchange.Status = 400
	require.ErrorContains(t, content.Check(exchange), "missing property 'errors'")
}

func TestCheckReportsAnUndocumentedStatus(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	exchange := createPost(postBody)
	exchange.Status = 202
	require.ErrorContains(t, content.Check(exchange), "createPost does not document this status")
}

func TestCheckReportsWrongHeaders(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	for name, test := range map[string]struct {
		change func(http.Header)
		fault  string
	}{
		"a missing one":            {func(h http.Header) { h.Del("X-Request-Id") }, "header X-Request-Id is missing"},
		"one with another value":   {func(h http.Header) { h.Set("Cache-Control", "private") }, "header Cache-Control: value must be 'no-store'"},
		"one that comes twice":     {func(h http.Header) { h.Add("X-Request-Id", "r-2") }, "header X-Request-Id appears 2 times"},
		"one that is not known":    {func(h http.Header) { h.Set("X-Powered-By", "go") }, "header X-Powered-By is not documented"},
		"a refresh hint on a POST": {func(h http.Header) { h.Set("X-Token-Refresh-Needed", "true") }, "header X-Token-Refresh-Needed is not documented"},
		"another content type":     {func(h http.Header) { h.Set("Content-Type", "text/plain") }, "Content-Type text/plain is not documented"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exchange := createPost(postBody)
			test.change(exchange.Header)
			require.ErrorContains(t, content.Check(exchange), test.fault)
		})
	}
}

func TestCheckAcceptsNothingUnderUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	unknown := strings.NewReplacer("POST_NOT_FOUND", "NOT_FOUND", "/api/posts/7", "/api/nothing").Replace(postNotFound)
	require.NoError(t, content.Check(contracttest.Exchange{
		Request: request("GET", "/api/nothing", ""), Status: 404, Header: apiHeader(), Body: []byte(unknown),
	}))
	require.ErrorContains(t, content.Check(contracttest.Exchange{
		Request: request("GET", "/api/nothing", ""), Status: 200, Header: apiHeader(), Body: []byte(doneBody),
	}), "no such endpoint; want 404")
	method := strings.NewReplacer("404", "405", "POST_NOT_FOUND", "METHOD_NOT_ALLOWED").Replace(postNotFound)
	wrongMethod := contracttest.Exchange{Request: request("PATCH", "/api/posts/7", ""), Status: 405, Header: apiHeader(), Body: []byte(method)}
	require.ErrorContains(t, content.Check(wrongMethod), "header Allow is missing")
	wrongMethod.Header.Set("Allow", "DELETE, PUT")
	require.NoError(t, content.Check(wrongMethod))
}

func TestCheckPrefersTheLiteralPath(t *testing.T) {
	t.Parallel()
	member := contracttest.MustParse(memberrest.Document())
	summary := `{"status":200,"result":"SUCCESS","data":{"id":1,"name":"김하늘"}}`
	err := member.Check(contracttest.Exchange{
		Request: request("GET", "/api/members/profile", ""), Status: 200, Header: apiHeader(), Body: []byte(summary),
	})
	require.ErrorContains(t, err, "missing properties", "getMyProfile and not getMember")
	require.NoError(t, member.Check(contracttest.Exchange{
		Request: request("GET", "/api/members/7", ""), Status: 200, Header: apiHeader(), Body: []byte(summary),
	}))
	byHandle := strings.ReplaceAll(strings.ReplaceAll(postNotFound, "POST_NOT_FOUND", "MEMBER_NOT_FOUND"), "/api/posts/7", "/api/members/profile/@x")
	require.NoError(t, member.Check(contracttest.Exchange{
		Request: request("GET", "/api/members/profile/%40x", ""), Status: 404, Header: apiHeader(), Body: []byte(byHandle),
	}))
}

func TestCheckHoldsServedRequestsToTheDocument(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	blank := createPost(postBody)
	blank.RequestBody = []byte(`{"content":""}`)
	require.ErrorContains(t, content.Check(blank), "was served with body /content")
	anonymous := createPost(postBody)
	anonymous.Request.Header.Del("Authorization")
	require.ErrorContains(t, content.Check(anonymous), "was served without credentials")
	key := createPost(postBody)
	key.Request.Header.Set("Idempotency-Key", "with space")
	require.ErrorContains(t, content.Check(key), "was served with parameter Idempotency-Key")
	path := contracttest.Exchange{Request: request("POST", "/api/posts/x/like", ""), Status: 200, Header: apiHeader(), Body: []byte(doneBody)}
	require.ErrorContains(t, content.Check(path), "was served with parameter postId")
}

func TestCheckReadsListsAndAliases(t *testing.T) {
	t.Parallel()
	activity := contracttest.MustParse(activityrest.Document())
	page := `{"status":200,"result":"SUCCESS","data":{"content":[],"page":0,"size":20,"hasNext":false,"nextCursor":null}}`
	ask := func(target string) error {
		return activity.Check(contracttest.Exchange{Request: request("GET", target, ""), Status: 200, Header: apiHeader(), Body: []byte(page)})
	}
	require.NoError(t, ask("/api/member-activities?types=POST_CREATE,LIKE_POST"))
	require.NoError(t, ask("/api/activity/?page=2"))
	require.ErrorContains(t, ask("/api/activity?types=SLEEP"), "was served with parameter types")
	require.ErrorContains(t, ask("/api/activity?page=-1"), "was served with parameter page")
}

func TestCheckPairsTokenCodesWithHeaders(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	for name, test := range map[string]struct {
		code, header string
		right        bool
	}{
		"missing with a challenge":      {"BEARER_TOKEN_MISSING", "WWW-Authenticate", true},
		"missing with a login":          {"BEARER_TOKEN_MISSING", "X-Relogin-Required", false},
		"expired with a refresh":        {"JWT_EXPIRED", "X-Token-Refresh-Needed", true},
		"expired in a dead session":     {"JWT_EXPIRED", "X-Relogin-Required", true},
		"expired without a hint":        {"JWT_EXPIRED", "", false},
		"revoked with a login":          {"TOKEN_REVOKED", "X-Relogin-Required", true},
		"revoked with a refresh":        {"TOKEN_REVOKED", "X-Token-Refresh-Needed", false},
		"an invalid one without a hint": {"INVALID_TOKEN", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exchange := createPost(`{"statusCode":401,"resultCode":"FAIL","code":"` + test.code + `","message":"m","path":"/api/posts","requestId":"r-1"}`)
			exchange.Status = 401
			if test.header != "" {
				exchange.Header.Set(test.header, map[bool]string{true: "Bearer", false: "true"}[test.header == "WWW-Authenticate"])
			}
			err := content.Check(exchange)
			if test.right {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.code+" comes with")
		})
	}
}

func TestCheckKnowsPicturesAndTexts(t *testing.T) {
	t.Parallel()
	image := contracttest.MustParse(imagerest.Document())
	header := http.Header{
		"X-Request-Id": {"r-1"}, "X-Content-Type-Options": {"nosniff"}, "Content-Type": {"image/png"},
		"Cache-Control": {"public, max-age=31536000, immutable"}, "Etag": {`"abc"`}, "Last-Modified": {"Fri, 20 Nov 2026 10:00:00 GMT"},
		"Content-Security-Policy": {"default-src 'none'"}, "Content-Disposition": {"inline"}, "Accept-Ranges": {"bytes"},
	}
	view := contracttest.Exchange{Request: request("GET", "/api/images/view/x?thumbnail=true", ""), Status: 200, Header: header, Body: []byte("\x89PNG")}
	require.NoError(t, image.Check(view))
	view.Request = request("HEAD", "/api/images/view/x", "")
	view.Body = nil
	require.NoError(t, image.Check(view))
	live := contracttest.Exchange{Request: request("GET", "/healthcheck/live", ""), Status: 200, Body: []byte("OK"), Header: http.Header{
		"X-Request-Id": {"r-1"}, "X-Content-Type-Options": {"nosniff"}, "Content-Type": {"text/plain; charset=utf-8"},
	}}
	require.NoError(t, image.Check(live))
	live.Body = []byte("fine")
	require.ErrorContains(t, image.Check(live), "does not match pattern")
}

func TestParseRefusesWhatIsNoContract(t *testing.T) {
	t.Parallel()
	_, err := contracttest.Parse([]byte(`{"openapi":"3.0.3"}`))
	require.ErrorContains(t, err, "not an OpenAPI 3.1 document")
	_, err = contracttest.Parse([]byte(`{`))
	require.Error(t, err)
}

func TestCoverageCountsWhatWasSeen(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	require.NoError(t, content.Check(createPost(postBody)))
	seen := map[string]int{}
	for _, entry := range content.Coverage() {
		if entry.OperationID == "createPost" {
			seen[http.StatusText(entry.Status)] = entry.Times
		}
	}
	require.Equal(t, 1, seen["Created"])
	require.Contains(t, seen, "Unauthorized")
	require.Zero(t, seen["Unauthorized"])
	var out bytes.Buffer
	require.NoError(t, content.PrintCoverage(&out))
	require.Regexp(t, `never +401 +createPost +POST /api/posts`, out.String())
	require.Regexp(t, `1 of \d+ documented answers were seen`, out.String())
}

func TestRoutesListTheDocument(t *testing.T) {
	t.Parallel()
	routes := contracttest.MustParse(contentrest.Document()).Routes()
	require.Contains(t, routes, contracttest.Route{Method: "PUT", Path: "/api/posts/{postId}", OperationID: "updatePost"})
	require.Contains(t, routes, contracttest.Route{Method: "GET", Path: "/healthcheck/ready", OperationID: "checkReady"})
	require.Len(t, routes, 18)
}
