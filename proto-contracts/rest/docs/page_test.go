package docs_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/docs"
)

func readPage(t *testing.T, contractPath string) (policy, page string) {
	t.Helper()
	answer := httptest.NewRecorder()
	docs.Page(contractPath).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/docs", nil))
	require.Equal(t, 200, answer.Code)
	require.Equal(t, "text/html; charset=utf-8", answer.Header().Get("Content-Type"))
	require.Equal(t, "nosniff", answer.Header().Get("X-Content-Type-Options"))
	return answer.Header().Get("Content-Security-Policy"), answer.Body.String()
}

func TestPolicyAllowsExactlyThePagesOwnScriptAndStyle(t *testing.T) {
	t.Parallel()
	policy, page := readPage(t, "/openapi.json")
	for _, tag := range []string{"script", "style"} {
		inline := regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(page, -1)
		require.Len(t, inline, 1)
		sum := sha256.Sum256([]byte(inline[0][1]))
		require.Contains(t, policy, tag+"-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, policy, "unsafe")
}

func TestPageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	_, page := readPage(t, "/openapi.json")
	require.NotRegexp(t, `https?://|//[a-z]+\.|@import|url\(`, page)
	require.NotRegexp(t, `<(link|img|iframe|script) `, page)
}

func TestPageNeverMakesMarkupOfText(t *testing.T) {
	t.Parallel()
	_, page := readPage(t, "/openapi.json")
	for _, sink := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", "new Function"} {
		require.NotContains(t, page, sink)
	}
}

func TestPageEscapesThePathOfItsDocument(t *testing.T) {
	t.Parallel()
	_, page := readPage(t, `/x"><script>`)
	require.Equal(t, 1, strings.Count(page, "<script>"))
	_, page = readPage(t, "/docs/member/openapi.json")
	require.Contains(t, page, `data-contract="/docs/member/openapi.json"`)
}
