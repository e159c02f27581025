package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func hasBody(op operation) bool { return op.body != nil }

// raw is text that goes into a body as it is.
type raw string

// MarshalJSON implements json.Marshaler; the bodies are written without it where
// the text is no JSON.
func (r raw) MarshalJSON() ([]byte, error) { return []byte(r), nil }

// nested is depth arrays around a number.
func nested(depth int) string { return strings.Repeat("[", depth) + "1" + strings.Repeat("]", depth) }

// broken are bodies that no endpoint can read, made of a good one.
func broken(good []byte) map[string][]byte {
	text := string(good)
	first := text[1:strings.Index(text, ":")]
	field := func(value string) []byte { return []byte(`{"zz":` + value + "," + text[1:]) }
	return map[string][]byte{
		"empty": {}, "white space": []byte(" \n\t"), "null": []byte("null"), "null and space": []byte(" null\n"), "an array": []byte("[]"), "an array of it": []byte("[" + text + "]"),
		"text": []byte(`"x"`), "a number": []byte("1"), "true": []byte("true"), "cut": good[:len(good)-1], "begun": []byte("{"),
		"followed by text": append(slices.Clone(good), 'x'), "twice": append(slices.Clone(good), good...), "followed by null": append(slices.Clone(good), " null"...), "followed by NUL": append(slices.Clone(good), 0),
		"a comma too many": []byte(text[:len(text)-1] + ",}"), "single quotes": []byte(`{'a':1}`), "a name without quotes": []byte(`{a:1}`), "a comment": []byte("/* x */" + text), "form data": []byte("content=x&a=b"),
		"a key twice": []byte("{" + first + `:"x",` + text[1:]), "an unknown key twice": field(`1,"zz":2`), "a key twice inside": field(`{"a":1,"a":2}`), "a key twice, spelled differently": field(`{"a":1,"\u0061":2}`),
		"invalid UTF-8": field("\"\xff\""), "cut UTF-8": field("\"\xea\xb0\""), "overlong UTF-8": field("\"\xc0\xaf\""), "a surrogate in UTF-8": field("\"\xed\xa0\x80\""), "invalid UTF-8 in a key": field("1,\"\xff\":1"),
		"a lone high surrogate": field(`"\ud800"`), "a lone low surrogate": field(`"\udc00"`), "surrogates the wrong way": field(`"\udc00\ud800"`), "a raw control character": field("\"\x01\""), "a raw line break": field("\"\n\""),
		"nesting to 33": field(nested(32)), "nesting to 100000": field(nested(100_000)), "open nesting": []byte(strings.Repeat("[", 200_000)), "open objects": []byte(strings.Repeat(`{"a":`, 100_000)),
		"a byte order mark": append([]byte("\xef\xbb\xbf"), good...), "UTF-16": []byte("\xff\xfe{\x00}\x00"), "NaN": field("NaN"), "Infinity": field("-Infinity"), "a leading zero": field("01"), "a plus": field("+1"), "hex": field("0x1"), "a bare point": field("1."), "a broken escape": field(`"\x41"`), "a cut escape": field(`"\u12"`),
	}
}

func TestABodyThatIsNoJSONObjectIsMalformed(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, hasBody, func(t *testing.T, op operation) {
		base := w.valid(op)
		for title, body := range broken(base.body) {
			a := base.with("body: " + title)
			a.body = body
			w.send(t, a).wants(t, a, http.StatusBadRequest, "MALFORMED_REQUEST")
		}
	})
}

// What is odd and allowed must not be refused for its form.
func TestABodyMayBeOddAsFarAsJSONGoes(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return hasBody(op) && !op.endsCaller() }, func(t *testing.T, op operation) {
		for title, change := range map[string]func(text string) string{
			"unknown properties": func(text string) string { return `{"zz":{"a":[1,null,true,"x"]},"__proto__":{},` + text[1:] },
			"nesting to 32":      func(text string) string { return `{"zz":` + nested(31) + "," + text[1:] },
			"white space":        func(text string) string { return " \r\n\t" + text + "\n " },
			"a huge number":      func(text string) string { return `{"zz":1e400,` + text[1:] },
			"exactly 1 MiB":      func(text string) string { return text + strings.Repeat(" ", 1<<20-len(text)) },
		} {
			a := w.valid(op).with("odd body: " + title)
			a.body = []byte(change(string(a.body)))
			got := w.send(t, a)
			if got.failure.Code == "MALFORMED_REQUEST" || got.failure.Code == "PAYLOAD_TOO_LARGE" {
				t.Errorf("%s\n  got %s", a.describe(), got.describe())
			}
		}
	})
}

func TestABodyOverItsLimitIsTooLarge(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, hasBody, func(t *testing.T, op operation) {
		base := w.valid(op)
		for title, body := range map[string][]byte{
			"white space": append(slices.Clone(base.body), bytes.Repeat([]byte(" "), 1<<20)...),
			"one text":    []byte(`{"zz":"` + strings.Repeat("가", 1<<19) + `"}`),
			"garbage":     bytes.Repeat([]byte{0xff}, 1<<20+1),
		} {
			a := base.with("too large: " + title)
			a.body = body
			w.send(t, a).wants(t, a, http.StatusRequestEntityTooLarge, "PAYLOAD_TOO_LARGE")
		}
	})
}

func TestAMissingPropertyIsNamed(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, hasBody, func(t *testing.T, op operation) {
		for _, name := range op.body.required() {
			for title, change := range map[string]func(map[string]any){
				"without ": func(body map[string]any) { delete(body, name) },
				"null ":    func(body map[string]any) { body[name] = nil },
				"other case of ": func(body map[string]any) {
					body[strings.ToUpper(name)] = body[name]
					delete(body, name)
				},
			} {
				a := w.changed(op, title+name, change)
				got := w.send(t, a)
				if got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") {
					got.names(t, a, name)
				}
			}
		}
	})
}

func TestAnEmptyObjectNamesAllThatIsMissing(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, hasBody, func(t *testing.T, op operation) {
		required := op.body.required()
		if len(required) == 0 {
			return
		}
		a := w.valid(op).with("{}")
		a.body = []byte("{}")
		got := w.send(t, a)
		if !got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") {
			return
		}
		for _, name := range required {
			got.names(t, a, name)
		}
	})
}

func TestAnOptionalPropertyMayBeNull(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, hasBody, func(t *testing.T, op operation) {
		for name := range op.body.properties() {
			if slices.Contains(op.body.required(), name) {
				continue
			}
			absent := w.changed(op, "without "+name, func(body map[string]any) { delete(body, name) })
			null := w.changed(op, "null "+name, func(body map[string]any) { body[name] = nil })
			want := w.send(t, absent)
			w.send(t, null).wants(t, null, want.status, want.failure.Code)
		}
	})
}

// wrongTypes are values of every JSON type but one.
func wrongTypes(kind string) map[string]raw {
	values := map[string]raw{
		"string": `"x"`, "integer": "1", "fraction": "1.5", "boolean": "true", "array": `["x"]`, "object": `{"a":1}`,
		"object of null": `{"":null}`, "array of arrays": "[[1]]", "array of objects": `[{}]`,
	}
	delete(values, kind)
	if kind == "array" {
		delete(values, "array of arrays")
		delete(values, "array of objects")
	}
	return values
}

func TestAValueOfAWrongTypeIsMalformed(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, hasBody, func(t *testing.T, op operation) {
		for name, property := range op.body.properties() {
			for title, value := range wrongTypes(property.kind()) {
				a := w.changed(op, fmt.Sprintf("%s is %s", name, title), func(body map[string]any) { body[name] = value })
				w.send(t, a).wants(t, a, http.StatusBadRequest, "MALFORMED_REQUEST")
			}
			if property.kind() != "array" {
				continue
			}
			for title, value := range wrongTypes(property.items().kind()) {
				a := w.changed(op, fmt.Sprintf("%s holds %s", name, title), func(body map[string]any) { body[name] = "[" + value + "]" })
				w.send(t, a).wants(t, a, http.StatusBadRequest, "MALFORMED_REQUEST")
			}
			a := w.changed(op, name+" holds null", func(body map[string]any) { body[name] = raw("[null]") })
			w.send(t, a).wants(t, a, http.StatusBadRequest, "")
		}
	})
}

// changed is a valid request with another body.
func (w *world) changed(op operation, title string, change func(body map[string]any)) ask {
	a := w.valid(op).with(title)
	body := maps.Clone(w.body(op))
	change(body)
	for name, value := range body {
		if text, isRaw := value.(raw); isRaw && !json.Valid([]byte(text)) {
			body[name] = "@raw@"
			a.body = bytes.Replace(encoded(body), []byte(`"@raw@"`), []byte(text), 1)
			return a
		}
	}
	a.body = encoded(body)
	return a
}
