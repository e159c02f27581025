package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

func hasQuery(op operation) bool { return len(op.in("query")) > 0 && !op.streams() }

// withQuery is a valid request with more, or other, parameters.
func (w *world) withQuery(op operation, pairs ...string) ask {
	a := w.valid(op).with("query " + clip(fmt.Sprintf("%q", pairs)))
	query, _ := url.ParseQuery(a.query)
	for i := 0; i < len(pairs); i += 2 {
		query.Del(pairs[i])
	}
	for i := 0; i < len(pairs); i += 2 {
		query.Add(pairs[i], pairs[i+1])
	}
	a.query = query.Encode()
	return a
}

// hostileText is for parameters of any kind but free text.
var hostileText = []string{"", " ", "x", "null", "\x00", "1\x00", "한글", "\xff", "🚲", "'", "[]", "{}", "true,false", strings.Repeat("9", 3000)}

// hostileValues do not parse as what the schema is of.
func hostileValues(p parameter) []string {
	switch p.schema.kind() {
	case "integer":
		return append([]string{"1.5", "1e3", "+1", " 1", "1 ", "0x10", "1_0", "１", "-1", "-9223372036854775809", "9223372036854775808", "NaN"}, hostileText...)
	case "boolean":
		return hostileText
	case "array":
		return append([]string{",", "X", "POST_CREATE,X", "post_create"}, hostileText[1:]...)
	}
	if len(list(p.schema["enum"])) > 0 {
		return append([]string{"ALL", "24H", "RECENT ", "0"}, hostileText...)
	}
	if strings.HasSuffix(p.name, "Date") {
		return append([]string{
			"2026-13-01", "2026-02-30", "2026-1-1", "20261101", "2026-11-01T25:00:00", "2026-11-01 00:00:00", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00+09:00",
			"2026-11-01T00:00", "2026-11-01T00:00:60", "2026-11-01T00:00:00.5", "0000-00-00", "99999-01-01", "-2026-01-01", "2026-11-31", "2023-02-29", "1e9", "now",
		}, hostileText...)
	}
	return nil
}

func TestAQueryThatDoesNotParseIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, hasQuery, func(t *testing.T, op operation) {
		for _, p := range op.in("query") {
			asks := []ask{}
			for _, value := range hostileValues(p) {
				asks = append(asks, w.withQuery(op, p.name, value))
			}
			if good := goodValue(p); good != "" {
				asks = append(asks, w.withQuery(op, p.name, good, p.name, good), w.withQuery(op, p.name, good, p.name, ""))
			}
			for _, a := range asks {
				got := w.send(t, a)
				if got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") {
					got.names(t, a, p.name)
				}
			}
		}
	})
}

func goodValue(p parameter) string {
	switch {
	case p.schema.kind() == "integer":
		return "1"
	case len(list(p.schema["enum"])) > 0:
		return text(list(p.schema["enum"])[0])
	case p.name == "keyword" || strings.HasSuffix(p.name, "Date"):
		return text(p.example)
	case p.schema.kind() == "boolean":
		return "true"
	}
	return ""
}

func TestARequiredParameterIsNamed(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, hasQuery, func(t *testing.T, op operation) {
		for _, p := range op.in("query") {
			if !p.required {
				continue
			}
			a := w.valid(op).with("without " + p.name)
			query, _ := url.ParseQuery(a.query)
			query.Del(p.name)
			a.query = query.Encode()
			got := w.send(t, a)
			if got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") {
				got.names(t, a, p.name)
			}
		}
	})
}

func TestPagesKeepTheirBounds(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.query("page") && op.query("size") }, func(t *testing.T, op operation) {
		for _, size := range []string{"0", "-1", "-100"} {
			a := w.withQuery(op, "size", size)
			w.send(t, a).wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED")
		}
		for _, pairs := range [][]string{
			{"page", "10001", "size", "1"}, {"page", "101", "size", "100"}, {"page", "101", "size", "5000"}, {"page", "2147483647"}, {"page", "9223372036854775807"}, {"page", "4611686018427387904", "size", "4"},
		} {
			a := w.withQuery(op, pairs...)
			got := w.send(t, a)
			if got.wants(t, a, http.StatusBadRequest, "PAGE_TOO_DEEP") && strings.Contains(got.failure.Message, "cursor") != op.query("cursor") {
				t.Errorf("%s\n  got %s\n  names cursor where there is one, and only there", a.describe(), got.describe())
			}
		}
		for _, pairs := range [][]string{{"page", "10000", "size", "1"}, {"page", "100", "size", "100"}, {"page", "100", "size", "5000"}, {"size", "101"}, {"size", "9223372036854775807", "page", "0"}, {"page", "0", "size", "1"}} {
			a := w.withQuery(op, pairs...)
			if got := w.send(t, a); got.failure.Code == "PAGE_TOO_DEEP" || got.status == http.StatusBadRequest {
				t.Errorf("%s\n  got %s", a.describe(), got.describe())
			}
		}
	})
}

func TestAnUnknownParameterIsIgnored(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool {
		return op.isAPI() && !op.streams() && !op.endsCaller() && op.Method == http.MethodGet
	}, func(t *testing.T, op operation) {
		want := w.send(t, w.valid(op))
		for _, odd := range []string{"zz=1", "zz=%00", "Page=x", "PAGE=-1", "zz=" + strings.Repeat("a", 5000), "&&&", "=x", "page[]=1", "a%5B%5D=1", "token=x"} {
			a := w.valid(op).with("unknown parameter " + clip(odd))
			a.query = strings.TrimPrefix(a.query+"&"+odd, "&")
			w.send(t, a).wants(t, a, want.status, want.failure.Code)
		}
	})
}

func TestAKeywordIsNeverAPattern(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.query("keyword") }, func(t *testing.T, op operation) {
		for _, keyword := range []string{"", " ", "\u3000", "\t", "\x00", "a\x07b", strings.Repeat("가", 201), "-a", "-a -b", `-"a b"`, strings.Repeat("🚲", 201)} {
			a := w.withQuery(op, "keyword", keyword)
			got := w.send(t, a)
			if got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") {
				got.names(t, a, "keyword")
			}
		}
		for _, keyword := range []string{
			strings.Repeat("가", 200), strings.Repeat("🚲", 200), ".*", "(((((", "[a-z", "(a+)+$", `\`, `"`, `""`, `"a`, "$where", "{$ne:1}", "a:b", "from:", "from:nobody", "from:a from:b", "*", "?", "~", "^", "a AND b OR NOT c", "--", "'", "%", "_", "<em>", "&lt;", "null",
			"ﷺ", "\u200b", "e\u0301", "각각", "ｶﾞ", "-", "- a", "a -", strings.Repeat("a ", 99), strings.Repeat("-a ", 60) + "b", `"a" "b" -"c"`, "\uffff", "\U0010ffff",
		} {
			w.send(t, w.withQuery(op, "keyword", keyword)) // 200 or 400, as the document has it
		}
	})
}

// cursors are the real ones of this world, by operation, kept in tests only.
func (w *world) cursors(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, op := range w.operations {
		if !op.query("cursor") {
			continue
		}
		got := w.send(t, w.withQuery(op, "size", "1", "page", "0"))
		var page struct {
			Data struct {
				NextCursor *string `json:"nextCursor"`
			} `json:"data"`
		}
		if json.Unmarshal(got.body, &page) == nil && page.Data.NextCursor != nil {
			found[op.OperationID] = *page.Data.NextCursor
		}
	}
	return found
}

func TestACursorIsTakenOnlyAsItWasGivenAndWhereItBelongs(t *testing.T) {
	t.Parallel()
	w := wire(t)
	lists := sync.OnceValue(func() map[string]string { return w.cursors(t) })()
	t.Logf("cursors of %d lists", len(lists))
	w.each(t, func(op operation) bool { return op.query("cursor") }, func(t *testing.T, op operation) {
		refused := append([]string{"AAAA", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA", strings.Repeat("A", 1024), strings.Repeat("A", 1025), "==", "a b", "../..", "-1", "0"}, hostileText...)
		if own, found := lists[op.OperationID]; found {
			middle := len(own) / 2
			flipped := map[bool]string{true: "B", false: "A"}[own[middle] == 'A']
			refused = append(refused, own[:len(own)-1], own+"A", own+"=", own+"\n", own[1:], own[:middle]+flipped+own[middle+1:], strings.ToLower(own), own+own)
			a := w.withQuery(op, "cursor", own, "size", "1")
			w.send(t, a).wants(t, a, http.StatusOK, "")
			repeated := w.withQuery(op, "cursor", own, "cursor", own)
			w.send(t, repeated).wants(t, repeated, http.StatusBadRequest, "VALIDATION_FAILED")
			for _, pairs := range [][]string{{"page", "-1"}, {"page", "x"}, {"size", "0"}} {
				a := w.withQuery(op, append(pairs, "cursor", own)...)
				w.send(t, a).wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED")
			}
		}
		for other, cursor := range lists {
			if strings.TrimSuffix(other, "ByAlias") != strings.TrimSuffix(op.OperationID, "ByAlias") {
				refused = append(refused, cursor)
			}
		}
		for _, cursor := range refused {
			a := w.withQuery(op, "cursor", cursor)
			got := w.send(t, a)
			if got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") {
				got.names(t, a, "cursor")
			}
		}
	})
}

// A cursor of a list that belongs to somebody is refused for anybody else's.
func TestACursorIsOfOneMembersList(t *testing.T) {
	t.Parallel()
	w := wire(t)
	lists := w.cursors(t)
	w.each(t, func(op operation) bool { return op.query("cursor") && lists[op.OperationID] != "" }, func(t *testing.T, op operation) {
		a := w.withQuery(op, "cursor", lists[op.OperationID])
		if paths := op.in("path"); len(paths) > 0 {
			a.path = strings.Replace(op.Path, "{"+paths[0].name+"}", fmt.Sprint(w.me.id), 1)
			if slices.ContainsFunc(paths, func(p parameter) bool { return p.name != "memberId" && p.name != "authorId" }) {
				return // posts and comments: other ids may not exist
			}
		} else {
			a.token = w.other.token
			if !ofTheCaller(op) {
				return
			}
		}
		got := w.send(t, a.with("a cursor of somebody else's list"))
		got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED")
	})
}

// ofTheCaller is true for lists that differ by who asks.
func ofTheCaller(op operation) bool {
	return strings.Contains(op.OperationID, "My") || strings.Contains(op.OperationID, "Following")
}
