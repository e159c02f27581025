package apierr

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextRule says which texts a field takes, beside what every text must be:
// valid UTF-8 without control characters other than tab and line breaks.
type TextRule struct {
	// Required refuses a blank text (see IsBlank).
	Required bool
	// Min and Max bound the length in Unicode code points; 0 is no bound. Min
	// does not apply to an empty text that is not Required.
	Min, Max int
}

// Text checks value, counting it as it is given, and records each rule that it
// breaks under field. A text that is not UTF-8, or blank where it may not be,
// is told that and nothing more.
func (v *Violations) Text(field, value string, rule TextRule) {
	switch {
	case !utf8.ValidString(value):
		v.Add(field, "올바른 UTF-8 문자열이 아닙니다", "is not valid UTF-8")
		return
	case rule.Required && IsBlank(value):
		v.Add(field, "비어 있을 수 없습니다", "must not be blank")
		return
	}
	if strings.ContainsFunc(value, isRefusedControl) {
		v.Add(field, "탭과 줄바꿈을 제외한 제어 문자를 쓸 수 없습니다", "must not contain control characters other than tab and line breaks")
	}
	length := utf8.RuneCountInString(value)
	switch {
	case rule.Max > 0 && length > rule.Max:
		most := strconv.Itoa(rule.Max)
		v.Add(field, most+"자 이하여야 합니다", "must have at most "+most+" characters")
	case length < rule.Min && (length > 0 || rule.Required):
		least := strconv.Itoa(rule.Min)
		v.Add(field, least+"자 이상이어야 합니다", "must have at least "+least+" characters")
	}
}

// IsBlank says whether a text holds nothing but white space, of any script: the
// Unicode property, and the characters that take space or none and draw
// nothing, such as the Hangul filler.
func IsBlank(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !isWhite(r) }) < 0
}

func isWhite(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', // Hangul fillers
		'\u180e',                               // Mongolian vowel separator, white space until Unicode 6.3
		'\u2800',                               // the Braille cell without dots
		'\u200b', '\u200c', '\u200d', '\u2060', // zero width
		'\ufeff': // byte order mark
		return true
	}
	return unicode.IsSpace(r)
}

// isRefusedControl holds for the category Cc but tab, line feed and carriage
// return. Joiners and marks of direction are not controls: scripts need them.
func isRefusedControl(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r'
}
