package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
)

// ask is one request of these tests.
type ask struct {
	op    operation
	title string // what is odd about it
	// method and path (escaped) are the operation's unless they say otherwise.
	method, path, query string
	header              http.Header
	body                []byte
	token               string
	// door is where it goes in; empty: as world.door says.
	door string
	// unrouted requests have no place in the document: only what holds for every
	// answer is checked.
	unrouted bool
}

func (a ask) with(title string) ask {
	a.title = title
	a.header = a.header.Clone()
	return a
}

func (a ask) withHeader(title string, pairs ...string) ask {
	a = a.with(title)
	for i := 0; i < len(pairs); i += 2 {
		a.header.Add(pairs[i], pairs[i+1])
	}
	return a
}

// answer is what came back.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	failure failureBody
}

type failureBody struct {
	StatusCode int          `json:"statusCode"`
	ResultCode string       `json:"resultCode"`
	Code       string       `json:"code"`
	Message    string       `json:"message"`
	Path       string       `json:"path"`
	RequestID  string       `json:"requestId"`
	Errors     []fieldError `json:"errors"`
}

type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// sent counts the requests of this run.
var sent atomic.Int64

var transport = &http.Transport{MaxIdleConnsPerHost: 32, DisableCompression: true}

// send asks, and reports to t what no answer may be: outside of its document or
// of what the conventions say of every answer.
func (w *world) send(t *testing.T, a ask) answer {
	t.Helper()
	target, err := url.Parse(w.door(a) + a.path)
	require.NoError(t, err, a.title)
	target.RawQuery = a.query
	var body io.Reader = http.NoBody
	if a.body != nil {
		body = bytes.NewReader(a.body)
	}
	request, err := http.NewRequestWithContext(t.Context(), a.method, target.String(), body)
	require.NoError(t, err, a.title)
	request.Header = a.header.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	if a.token != "" && request.Header["Authorization"] == nil {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	if a.op.internal && request.Header["X-Internal-Token"] == nil {
		request.Header.Set("X-Internal-Token", w.internalToken)
	}
	notes := &findings{}
	carrier := http.RoundTripper(transport)
	if !a.unrouted {
		carrier = contracttest.Transport(notes, w.contracts[a.op.service], carrier)
	}
	client := http.Client{Transport: carrier, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	sent.Add(1)
	response, err := client.Do(request)
	if err != nil {
		t.Errorf("%s\n  got no answer: %v", a.describe(), err)
		return answer{}
	}
	defer func() { _ = response.Body.Close() }()
	got := answer{status: response.StatusCode, header: response.Header}
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		got.body, err = io.ReadAll(response.Body)
		require.NoError(t, err, a.title)
	}
	if got.status >= http.StatusBadRequest {
		_ = json.Unmarshal(got.body, &got.failure) // judge reports it
	}
	judge(notes, request, got)
	if got.status == http.StatusTooManyRequests && !a.op.guardsPassword() {
		notes.Errorf("these tests are not to be throttled")
	}
	if len(notes.faults) > 0 {
		t.Errorf("%s\n  got %s\n  %s", a.describe(), got.describe(), strings.Join(notes.faults, "\n  "))
	}
	return got
}

// door is the edge, and for a quarter of the requests (always the same ones) and
// for what is not routed from outside the service itself.
func (w *world) door(a ask) string {
	if a.door != "" {
		return a.door
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(a.op.OperationID + a.title))
	outside := strings.HasPrefix(a.path, "/api/") || strings.HasPrefix(a.path, "//api/") || strings.TrimSuffix(a.path, "/") == "/.well-known/jwks.json"
	if !outside || sum.Sum32()%4 == 0 {
		return w.services[a.op.service]
	}
	return w.edge
}

func (a ask) describe() string {
	header := a.header.Clone()
	delete(header, "Authorization")
	target := a.path
	if a.query != "" {
		target += "?" + a.query
	}
	return fmt.Sprintf("[%s] %s: %s %s %s %s", a.op.service, a.title, a.method, clip(target), clip(fmt.Sprint(header)), clip(fmt.Sprintf("%q", a.body)))
}

func (r answer) describe() string { return fmt.Sprintf("%d %s", r.status, clip(string(r.body))) }

func clip(text string) string {
	const longest = 400
	if len(text) <= longest {
		return text
	}
	return text[:longest] + fmt.Sprintf("…(%d)", len(text))
}

// findings is a contracttest.Reporter that remembers.
type findings struct{ faults []string }

func (f *findings) Helper() {}

func (f *findings) Errorf(format string, args ...any) {
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
}

// judge holds an answer to what spec 03 says of every answer.
func judge(f *findings, request *http.Request, got answer) {
	for name, want := range map[string]string{"X-Request-Id": "", "X-Content-Type-Options": "nosniff"} {
		values := got.header.Values(name)
		if len(values) != 1 || want != "" && values[0] != want {
			f.Errorf("header %s is %q", name, values)
		}
	}
	failed := got.status >= http.StatusBadRequest
	isAPI := strings.HasPrefix(request.URL.Path, "/api/")
	isPicture := strings.HasPrefix(got.header.Get("Content-Type"), "image/")
	isPicture = isPicture || got.header.Get("Etag") != "" || got.status == http.StatusRequestedRangeNotSatisfiable
	if values := got.header.Values("Cache-Control"); isAPI && !isPicture && !slices.Equal(values, []string{"no-store"}) {
		f.Errorf("header Cache-Control is %q", values)
	}
	for _, name := range []string{"X-Token-Refresh-Needed", "X-Relogin-Required", "Idempotency-Replayed"} {
		if values := got.header.Values(name); len(values) > 1 || len(values) == 1 && values[0] != "true" {
			f.Errorf("header %s is %q", name, values)
		}
	}
	if got.status >= http.StatusInternalServerError {
		f.Errorf("nothing that is sent may cause a %d", got.status)
	}
	if request.Method == http.MethodHead {
		if len(got.body) > 0 {
			f.Errorf("HEAD has a body")
		}
		return
	}
	if failed && got.status != http.StatusRequestedRangeNotSatisfiable { // files are net/http's
		judgeFailure(f, request, got)
		return
	}
	if isAPI && !isPicture && got.status != http.StatusNotModified && len(got.body) == 0 && request.Method != http.MethodOptions && !strings.HasPrefix(got.header.Get("Content-Type"), "text/event-stream") {
		f.Errorf("an empty body")
	}
}

var (
	failureFields = []string{"code", "message", "path", "requestId", "resultCode", "statusCode"}
	// internals are words that only the inside of a service knows.
	internals = regexp.MustCompile(`(?i)sql|goroutine|panic|runtime|\.go\b|redis|mongo|kafka|gorm|strconv|dial |tcp|json:|jsontext|unmarshal|0x[0-9a-f]{4}|context |127\.0\.0\.1|duplicate entry|table|column`)
	hangul    = regexp.MustCompile(`\p{Hangul}`)
)

func judgeFailure(f *findings, request *http.Request, got answer) {
	fields := map[string]any{}
	if err := json.Unmarshal(got.body, &fields); err != nil {
		f.Errorf("a failure without envelope: %v", err)
		return
	}
	_, hasErrors := fields["errors"]
	delete(fields, "errors")
	for name := range fields {
		if !slices.Contains(failureFields, name) {
			f.Errorf("a field %s too many", name)
		}
	}
	told := got.failure
	if len(fields) != len(failureFields) || told.StatusCode != got.status || told.ResultCode != "FAIL" {
		f.Errorf("not the envelope of a failure")
	}
	if hasErrors != (told.Code == "VALIDATION_FAILED") || hasErrors && len(told.Errors) == 0 {
		f.Errorf("errors come with VALIDATION_FAILED and with nothing else")
	}
	replayed := got.header.Get("Idempotency-Replayed") != "" // the first answer, byte by byte
	if want := request.URL.EscapedPath(); told.Path != want && !replayed {
		f.Errorf("path is %q, not %q", clip(told.Path), clip(want))
	}
	if told.RequestID != got.header.Get("X-Request-Id") && !replayed {
		f.Errorf("requestId is %q and the header %q", told.RequestID, got.header.Get("X-Request-Id"))
	}
	english := strings.HasPrefix(request.Header.Get("Accept-Language"), "en")
	messages := []string{told.Message}
	for _, one := range told.Errors {
		messages = append(messages, one.Message)
		if one.Field == "" {
			f.Errorf("an error without field")
		}
	}
	for _, message := range messages {
		if hangul.MatchString(message) == english || message == "" {
			f.Errorf("message %q in the wrong language", message)
		}
		if internals.MatchString(message) {
			f.Errorf("message %q tells of the inside", message)
		}
		if strings.ContainsFunc(message, unicode.IsControl) || len(message) > 300 {
			f.Errorf("message %q is not for people", clip(message))
		}
	}
}

// wants reports an answer that is not status (and code, unless that is empty).
func (r answer) wants(t *testing.T, a ask, status int, code string) bool {
	t.Helper()
	if r.status == 0 || r.status == http.StatusTooManyRequests {
		return false // reported, where it should not be
	}
	if r.status != status || code != "" && a.method != http.MethodHead && r.failure.Code != code {
		t.Errorf("%s\n  got %s\n  want %d %s", a.describe(), r.describe(), status, code)
		return false
	}
	return true
}

// names reports a VALIDATION_FAILED that does not name the field.
func (r answer) names(t *testing.T, a ask, field string) {
	t.Helper()
	if r.status == http.StatusBadRequest && r.failure.Code == "VALIDATION_FAILED" &&
		!slices.ContainsFunc(r.failure.Errors, func(e fieldError) bool { return strings.HasPrefix(e.Field, field) }) {
		t.Errorf("%s\n  got %s\n  want an error for %s", a.describe(), r.describe(), field)
	}
}
