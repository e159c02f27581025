package e2e_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// perOperation is how many requests are generated for each; GENERATED_REQUESTS
// asks for more.
const perOperation = 60

func generatedRequests(t *testing.T) int {
	t.Helper()
	asked := os.Getenv("GENERATED_REQUESTS")
	if asked == "" {
		return perOperation
	}
	n, err := strconv.Atoi(asked)
	require.NoError(t, err)
	return n
}

// Requests that are nearly right, the same ones in every run. What comes of one
// depends on what it asks, so that only the documents and what holds for every
// answer judge it: no 500, no undocumented answer, nothing served that the
// document forbids.
func TestNoGeneratedRequestLeavesTheContract(t *testing.T) {
	t.Parallel()
	w := makeWorld(t) // of its own: it deletes and renames
	n := generatedRequests(t)
	w.each(t, func(op operation) bool { return !op.streams() && !op.endsCaller() }, func(t *testing.T, op operation) {
		seed := fnv.New64a()
		_, _ = seed.Write([]byte(op.service + op.OperationID))
		g := &generator{w: w, Rand: rand.New(rand.NewPCG(seed.Sum64(), 2026))}
		count := n
		if op.guardsPassword() || op.OperationID == "signUp" {
			count = min(n, 40) // each costs a hash
		}
		for i := range count {
			w.send(t, g.ask(op, fmt.Sprint("generated ", i)))
		}
	})
}

// generator makes requests out of schemas.
type generator struct {
	*rand.Rand
	w *world
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, from []T) T { return from[g.IntN(len(from))] }

func (g *generator) ask(op operation, title string) ask {
	a := ask{op: op, title: title, method: op.Method, path: op.Path, header: http.Header{}}
	if op.bearer {
		a.token = pick(g, []*person{g.w.me, g.w.other}).token
	}
	for _, p := range op.in("path") {
		a.path = strings.Replace(a.path, "{"+p.name+"}", url.PathEscape(g.segment(op, p)), 1)
	}
	query := url.Values{}
	for _, p := range op.in("query") {
		for g.chance(60) || p.required && !query.Has(p.name) && g.chance(90) {
			query.Add(p.name, g.parameter(p))
			if g.chance(97) {
				break
			}
		}
	}
	a.query = query.Encode()
	if op.body != nil || g.chance(5) {
		a.body = g.body(op)
	}
	if op.multipart {
		a.header["Content-Type"] = []string{"multipart/form-data; boundary=" + pick(g, []string{"x", "", "한", strings.Repeat("x", 71)})}
		a.body = []byte("--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"" + g.words() + "\"\r\n\r\n" + g.words() + "\r\n--x--\r\n")
	}
	if g.chance(20) {
		a.header.Set("Idempotency-Key", pick(g, []string{"a b", "k" + strconv.Itoa(g.IntN(1<<30)), "same"}))
	}
	return a
}

// segment is never empty and without what the edge refuses.
func (g *generator) segment(op operation, p parameter) string {
	if g.chance(60) {
		return fmt.Sprint(g.w.pathValue(op, p))
	}
	value := fmt.Sprint(g.value(p.name, p.schema, 0))
	value = strings.NewReplacer("/", "", "\\", "", "%", "", ";", "", "\x00", "", "..", "").Replace(value)
	if strings.Trim(value, ". ") == "" {
		return "1"
	}
	return value
}

func (g *generator) parameter(p parameter) string {
	if hostile := hostileValues(p); len(hostile) > 0 && g.chance(25) {
		return pick(g, hostile)
	}
	if p.example != nil && p.schema.kind() != "array" && g.chance(50) {
		return fmt.Sprint(p.example)
	}
	value := g.value(p.name, p.schema, 0)
	if items, isArray := value.([]any); isArray {
		texts := make([]string, len(items))
		for i, item := range items {
			texts[i] = fmt.Sprint(item)
		}
		return strings.Join(texts, ",")
	}
	return fmt.Sprint(value)
}

// body is of the schema, but for what chance does to it.
func (g *generator) body(op operation) []byte {
	if op.body == nil {
		return []byte(pick(g, []string{"", "null", "{}", "x", `{"a":1}`}))
	}
	body := g.w.body(op)
	for name, property := range op.body.properties() {
		switch dice := g.IntN(100); {
		case dice < 45:
			body[name] = g.value(name, property, 0)
		case dice < 50:
			delete(body, name)
		case dice < 55:
			body[name] = nil
		case dice < 58:
			body[name] = g.anything(0)
		}
	}
	if g.chance(10) {
		body[g.words()] = g.anything(0)
	}
	raw := encoded(body)
	if g.chance(6) { // a byte of it
		raw[g.IntN(len(raw))] = byte(g.IntN(256))
	}
	return raw
}

var (
	edges    = []int64{0, 1, -1, 2, 100, 101, 1000, 1 << 31, 1<<53 - 1, 1 << 53, 1<<63 - 1, -1 << 63}
	alphabet = []rune("aZ0 _-@.:/#?&%'\"<>\\{}[]$*~,;\t\n\u00a0가힣あ漢🚲\u0301\u200d\u202e\ufeffßİ")
)

// value is of a schema, mostly inside of its bounds and often at them.
func (g *generator) value(name string, s schema, depth int) any {
	if values := list(s["enum"]); len(values) > 0 && g.chance(90) {
		return pick(g, values)
	}
	switch s.kind() {
	case "integer":
		if g.chance(15) {
			return pick(g, edges)
		}
		if s.isID() {
			return pick(g, append([]int64{g.w.me.id, g.w.other.id, g.w.myPost, g.w.myComment, 1 + g.Int64N(500)}, g.w.comments...))
		}
		return g.Int64N(50)
	case "boolean":
		return g.chance(50)
	case "array":
		items := make([]any, g.IntN(4))
		if longest := s.number("maxItems", 0); longest > 0 && g.chance(5) {
			items = make([]any, longest+g.IntN(2))
		}
		for i := range items {
			items[i] = g.value(name, s.items(), depth+1)
		}
		return items
	}
	return g.text(s)
}

func (g *generator) text(s schema) string {
	longest := s.number("maxLength", 60)
	switch dice := g.IntN(100); {
	case dice < 5:
		return ""
	case dice < 15: // at its bound, and over it
		return strings.Repeat(string(pick(g, alphabet)), longest+g.IntN(3))
	case dice < 30:
		return pick(g, []string{"Asia/Seoul", "ko", "http://a.example/x", "/api/proxy/images/view/" + g.w.picture, "2000-01-01", "2999-12-31", "2000-02-30", "a@b", "Riverside7!", "@admin", "../x", "Local", "posixrules", "https://user:pw@host:99999/"})
	}
	return g.words()
}

func (g *generator) words() string {
	letters := make([]rune, g.IntN(24))
	for i := range letters {
		letters[i] = pick(g, alphabet)
		if g.chance(2) {
			letters[i] = rune(g.IntN(0x3000))
		}
	}
	return string(letters)
}

// anything is any JSON value.
func (g *generator) anything(depth int) any {
	switch g.IntN(8) {
	case 0:
		return nil
	case 1:
		return g.chance(50)
	case 2:
		return pick(g, edges)
	case 3:
		return json.Number(pick(g, []string{"1e400", "-0", "1.5", "0.1e-7", "123456789012345678901234567890"}))
	case 4, 5:
		return g.words()
	case 6:
		if depth < 5 {
			return []any{g.anything(depth + 1), g.anything(depth + 1)}
		}
	case 7:
		if depth < 5 {
			return map[string]any{g.words(): g.anything(depth + 1)}
		}
	}
	return ""
}
