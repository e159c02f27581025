package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// eachValue goes through the properties of a kind, and the elements of arrays of
// that kind.
func (w *world) eachValue(t *testing.T, kind string, test func(t *testing.T, op operation, name string, s schema, set func(title string, value any) ask)) {
	t.Helper()
	w.each(t, hasBody, func(t *testing.T, op operation) {
		for name, property := range op.body.properties() {
			s, wrap := property, func(value any) any { return value }
			if property.kind() == "array" {
				s, wrap = property.items(), func(value any) any { return []any{value} }
			}
			if s.kind() != kind {
				continue
			}
			test(t, op, name, s, func(title string, value any) ask {
				return w.changed(op, name+": "+title, func(body map[string]any) { body[name] = wrap(value) })
			})
		}
	})
}

func TestAnIntegerOutOfItsRangeIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.eachValue(t, "integer", func(t *testing.T, op operation, name string, s schema, set func(string, any) ask) {
		for _, number := range []string{
			"0", "-0", "-1", "1.5", "1e400", "-1e400", "1e-400", "9007199254740992", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e19", "0.0", "-0.0", "1e308", strings.Repeat("9", 5000),
		} {
			if s["maximum"] == nil && strings.HasPrefix(number, "9") && len(number) < 20 {
				continue
			}
			a := set(clip(number), json.Number(number))
			got := w.send(t, a)
			if got.wants(t, a, http.StatusBadRequest, "") {
				got.names(t, a, name)
			}
		}
	})
}

// controls are refused in all text.
var controls = []rune{0, 1, 7, 8, 0x0b, 0x0c, 0x0e, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f}

func TestAControlCharacterIsRefusedInAllText(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.eachValue(t, "string", func(t *testing.T, op operation, name string, _ schema, set func(string, any) ask) {
		for _, control := range controls {
			for place, value := range map[string]string{
				"inside": "가나" + string(control) + "다라", "first": string(control) + "Riverside7!", "last": "Riverside7!" + string(control), "alone": string(control),
			} {
				a := set(fmt.Sprintf("control character %U %s", control, place), value)
				got := w.send(t, a)
				if op.internal {
					continue // the fleet's own words: the document's answers are enough
				}
				if got.wants(t, a, http.StatusBadRequest, "") {
					got.names(t, a, name)
				}
			}
		}
	})
}

func TestAHugeTextIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.eachValue(t, "string", func(t *testing.T, op operation, name string, _ schema, set func(string, any) ask) {
		for title, value := range map[string]string{
			"100000 letters": strings.Repeat("a", 100_000), "100000 of Hangul": strings.Repeat("가", 100_000), "100000 of emoji": strings.Repeat("🚲", 100_000),
			"100000 combining": "a" + strings.Repeat("\u0301", 100_000), "300000 letters": strings.Repeat("Aa1!", 75_000),
		} {
			a := set(title, value)
			got := w.send(t, a)
			if op.internal || op.service == "image" {
				continue
			}
			if got.wants(t, a, http.StatusBadRequest, "") {
				got.names(t, a, name)
			}
		}
	})
}

// Lengths are counted in code points.
func TestATextOverItsLengthIsNamed(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.eachValue(t, "string", func(t *testing.T, _ operation, name string, s schema, set func(string, any) ask) {
		longest := s.number("maxLength", 0)
		if longest == 0 {
			return
		}
		for _, letter := range []string{"a", "가", "🚲"} {
			a := set(fmt.Sprint(longest+1, " of ", letter), strings.Repeat(letter, longest+1))
			got := w.send(t, a)
			if got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") {
				got.names(t, a, name)
			}
		}
		if name != "content" && name != "title" && name != "displayName" && name != "bio" && name != "location" && name != "memberName" {
			return
		}
		for _, letter := range []string{"a", "가", "🚲"} {
			a := set(fmt.Sprint(longest, " of ", letter), strings.Repeat(letter, longest))
			if got := w.send(t, a); got.status == http.StatusBadRequest {
				t.Errorf("%s\n  got %s", a.describe(), got.describe())
			}
		}
	})
}

func TestABlankTextIsRefusedWhereOneIsNeeded(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.eachValue(t, "string", func(t *testing.T, op operation, name string, _ schema, set func(string, any) ask) {
		if op.body.properties()[name].kind() == "array" || !slices.Contains(op.body.required(), name) {
			return
		}
		for _, blank := range []string{"", " ", "\t\r\n", "\u00a0", "\u3000", "\u2003\u2009", "\u2028", "\u1680"} {
			a := set(fmt.Sprintf("blank %+q", blank), blank)
			got := w.send(t, a)
			if got.wants(t, a, http.StatusBadRequest, "") {
				got.names(t, a, name)
			}
		}
	})
}

func TestAValueOutsideOfItsEnumIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.eachValue(t, "string", func(t *testing.T, _ operation, name string, s schema, set func(string, any) ask) {
		values := list(s["enum"])
		if len(values) == 0 {
			return
		}
		for _, odd := range []string{"X", strings.ToLower(text(values[0])), text(values[0]) + " ", " " + text(values[0]), text(values[0]) + "," + text(values[0]), "0", "null", "ＫＲ"} {
			a := set("enum "+odd, odd)
			got := w.send(t, a)
			if got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") {
				got.names(t, a, name)
			}
		}
	})
}

func TestAListOverItsLengthIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, hasBody, func(t *testing.T, op operation) {
		for name, property := range op.body.properties() {
			longest := property.number("maxItems", 0)
			if longest == 0 {
				continue
			}
			for _, length := range []int{longest, longest + 1, 20_000} {
				items := make([]any, length)
				for i := range items {
					items[i] = i + 1
					if property.items().kind() == "string" {
						items[i] = "AAAA"
					}
				}
				a := w.changed(op, fmt.Sprintf("%s of %d", name, length), func(body map[string]any) { body[name] = items })
				if got := w.send(t, a); length > longest {
					got.wants(t, a, http.StatusBadRequest, "")
				}
			}
		}
	})
}

// Text is stored as given: whatever is printable passes where text is free.
func TestStrangeTextIsNoFault(t *testing.T) {
	t.Parallel()
	w := wire(t)
	strange := []string{
		"' OR 1=1 --", `"; DROP TABLE posts; --`, "<script>alert(1)</script>", "{{7*7}} ${7*7} #{7*7}", "%00%0a%s%n", `\`, `\u0000`, "../../etc/passwd", "🏳️‍🌈👩‍👩‍👧‍👦", "e\u0301", "\u202eabc", "\ufeffabc", "\u200b", "\U0010ffff", "\uffff",
		"Ａ１", "가\t나\n다\r\n라", "ﷺ", strings.Repeat("Z\u0351\u036b\u0343", 20), "$where", "{\"$gt\":\"\"}", "*:*", "(((((", "\u2028\u2029", "İıſK", "null", "NaN", "\ue000", "http://[::1", "javascript:alert(1)", "//evil.example", "@example.com", "a@b@c",
	}
	w.eachValue(t, "string", func(t *testing.T, _ operation, _ string, _ schema, set func(string, any) ask) {
		for _, one := range strange {
			w.send(t, set("strange text "+one, one))
		}
	})
}
