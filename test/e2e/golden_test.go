package e2e_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata/wire/*.http from what the fleet answers")

// TestTheWireIsAsWrittenDown plays a story through the edge and compares every
// answer, property by property and in its order, with testdata/wire/<service>.http.
// What differs from run to run (ids, times, tokens) keeps its shape there.
func TestTheWireIsAsWrittenDown(t *testing.T) {
	t.Parallel()
	p := &play{edge: edgeURL(t), names: map[string]string{}, pages: map[string]*bytes.Buffer{}}
	p.cast()
	for _, line := range story() {
		p.perform(t, line)
	}
	for service, page := range p.pages {
		path := filepath.Join("testdata", "wire", service+".http")
		if *update {
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, page.Bytes(), 0o644))
			continue
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), page.String(), "the wire of %s; where the change is meant: go test ./e2e -run AsWrittenDown -update", service)
	}
}

// line is one request of the story.
type line struct {
	service, title string
	who            string // whose token it carries; empty: nobody's
	method, path   string
	body           string // JSON, or the name of a picture file
	keep           string // the name that later lines call data.id (or the picture) by
	until          func(body string) bool
}

// play knows what has happened so far.
type play struct {
	edge  string
	names map[string]string // what {name} stands for
	pages map[string]*bytes.Buffer
}

// eventsWithin is what search and activities may lag behind (spec: 5 s), and a
// busy machine's share.
const eventsWithin = 20 * time.Second

func (p *play) perform(t *testing.T, l line) {
	t.Helper()
	response, body := p.send(t, l)
	if l.until != nil {
		within(t, eventsWithin, l.title, func() bool {
			response, body = p.send(t, l)
			return l.until(string(body))
		})
	}
	p.remember(t, l, response, body)
	page := p.pages[l.service]
	if page == nil {
		page = &bytes.Buffer{}
		p.pages[l.service] = page
	} else {
		page.WriteString("\n\n")
	}
	fmt.Fprintf(page, "### %s\n%s %s\n", l.title, l.method, l.path)
	if l.body != "" {
		page.WriteString(l.body + "\n")
	}
	page.WriteString("\n" + p.written(t, response, body))
}

func (p *play) send(t *testing.T, l line) (*http.Response, []byte) {
	t.Helper()
	payload, kind := []byte(p.filled(l.body)), []string{"application/json"}
	if l.body == "한강.png" {
		payload, kind = form(t, "image", l.body, picture(t))
	}
	request, err := http.NewRequestWithContext(t.Context(), l.method, p.edge+p.filled(l.path), bytes.NewReader(payload))
	require.NoError(t, err)
	if l.body != "" {
		request.Header["Content-Type"] = kind
	}
	if l.who != "" {
		request.Header.Set("Authorization", "Bearer "+p.names[l.who+".token"])
		request.Header.Set("Cookie", "refresh_token="+p.names[l.who+".cookie"])
	}
	response, err := plain.Do(request)
	require.NoError(t, err, l.title)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err, l.title)
	require.NoError(t, response.Body.Close())
	return response, body
}

func (p *play) filled(text string) string {
	for name, value := range p.names {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// remember keeps what later lines need: ids, tokens, cookies.
func (p *play) remember(t *testing.T, l line, response *http.Response, body []byte) {
	t.Helper()
	if token, found := strings.CutPrefix(response.Header.Get("Authorization"), "Bearer "); found {
		p.names[l.keep+".token"] = token
	}
	for _, cookie := range response.Cookies() {
		if cookie.Name == "refresh_token" && cookie.Value != "" {
			p.names[l.keep+".cookie"] = cookie.Value
		}
	}
	if l.keep == "" || p.names[l.keep] != "" {
		return
	}
	var answer struct{ Data json.RawMessage }
	require.NoError(t, json.Unmarshal(body, &answer), "%s: %s", l.title, body)
	var thing struct{ ID json.Number }
	if json.Unmarshal(answer.Data, &thing) == nil { // an object
		p.names[l.keep] = thing.ID.String()
		return
	}
	p.names[l.keep] = strings.Trim(string(answer.Data), `"`)
}

// shown are the headers that are part of the wire.
var shown = []string{
	"Accept-Ranges", "Authorization", "Cache-Control", "Content-Disposition", "Content-Length", "Content-Security-Policy",
	"Content-Type", "Etag", "Location", "Retry-After", "Set-Cookie", "Www-Authenticate", "X-Content-Type-Options",
	"X-Relogin-Required", "X-Token-Expires-In", "X-Token-Refresh-Needed",
}

// shapes are what changes from run to run, and how it is written down.
var shapes = []struct {
	what *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`), "2026-01-02T03:04:05"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`), "2026-01-02 03:04:05"},
	{regexp.MustCompile(`"((?:\w*I|i)d|(?:\w*P|p)k|nbf)": ?\d+`), `"$1": 1`},
	{regexp.MustCompile(`"(id|sessionId)": ?"\w+"`), `"$1": "1"`},
	{regexp.MustCompile(`("path": ?"[^"]*/)\d+`), "${1}1"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "00000000-0000-7000-8000-000000000000"},
	{regexp.MustCompile(`"(requestId|nextCursor|x|y|kid|ticket|accessToken)": ?"[^"]+"`), `"$1": "…"`},
	{regexp.MustCompile(`Bearer \S+`), "Bearer …"},
	{regexp.MustCompile(`(refresh_token|device)=[^;]+`), "$1=…"},
	{regexp.MustCompile(`Expires=[^;]+`), "Expires=…"},
	{regexp.MustCompile(`Etag: .*`), "Etag: …"},
}

func (p *play) written(t *testing.T, response *http.Response, body []byte) string {
	t.Helper()
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP %d\n", response.StatusCode)
	for _, name := range shown {
		for _, value := range response.Header[name] {
			if name == "Content-Length" && !strings.HasPrefix(response.Header.Get("Content-Type"), "image/") {
				continue
			}
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	out.WriteString("\n")
	if json.Valid(body) {
		require.NoError(t, json.Indent(&out, body, "", "  "))
	} else {
		fmt.Fprintf(&out, "(%d bytes)", len(body))
	}
	text := out.String()
	for name, value := range p.names {
		if slices.Contains(spelled, name) {
			text = strings.ReplaceAll(text, value, name)
		}
	}
	for _, shape := range shapes {
		text = shape.what.ReplaceAllString(text, shape.as)
	}
	return text
}
