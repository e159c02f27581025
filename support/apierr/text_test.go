package apierr_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// broken is what Text says of value, in English.
func broken(value string, rule apierr.TextRule) []string {
	var v apierr.Violations
	v.Text("content", value, rule)
	var said []string
	if err := apierr.From(v.Err()); err != nil {
		for _, violation := range err.Violations {
			said = append(said, violation.Message(true))
		}
	}
	return said
}

const (
	blank    = "must not be blank"
	control  = "must not contain control characters other than tab and line breaks"
	notUTF8  = "is not valid UTF-8"
	over3    = "must have at most 3 characters"
	under2   = "must have at least 2 characters"
	hangul   = "가나다"
	emoji    = "👍🏽!" // three code points: thumb, skin tone, mark
	combined = "e\u0301x"
)

func TestTextRules(t *testing.T) {
	t.Parallel()
	required := apierr.TextRule{Required: true, Max: 3}
	between := apierr.TextRule{Min: 2, Max: 3}
	for name, c := range map[string]struct {
		value string
		rule  apierr.TextRule
		want  []string
	}{
		"plain":                         {"abc", required, nil},
		"length is in code points":      {hangul, required, nil},
		"one code point more":           {hangul + "라", required, []string{over3}},
		"outside the basic plane":       {emoji, required, nil},
		"combining marks count":         {combined, required, nil},
		"combining marks count, over":   {combined + "y", required, []string{over3}},
		"empty":                         {"", required, []string{blank}},
		"spaces":                        {"  \t\r\n", required, []string{blank}},
		"ideographic space":             {"\u3000", required, []string{blank}},
		"no-break space":                {"\u00a0\u202f\u2007", required, []string{blank}},
		"ogham space":                   {"\u1680", required, []string{blank}},
		"line separator":                {"\u2028\u2029\u0085", required, []string{blank}},
		"Hangul filler":                 {"\u3164", required, []string{blank}},
		"zero width":                    {"\u200b\ufeff", required, []string{blank}},
		"blank is told once":            {"     ", required, []string{blank}},
		"white space around is counted": {" a  ", required, []string{over3}},
		"blank where it may be":         {"  ", apierr.TextRule{Max: 3}, nil},
		"empty where it may be":         {"", between, nil},
		"too short":                     {"가", between, []string{under2}},
		"required is not empty":         {"a", apierr.TextRule{Required: true, Min: 2}, []string{under2}},
		"tab and line breaks":           {"\t\r\n", apierr.TextRule{}, nil},
		"NUL":                           {"a\x00b", required, []string{control}},
		"escape":                        {"\x1b[2J", apierr.TextRule{}, []string{control}},
		"delete":                        {"a\x7f", required, []string{control}},
		"C1 control":                    {"a\u0085", required, []string{control}},
		"two rules at once":             {"a\x00bcd", required, []string{control, over3}},
		"not UTF-8":                     {"a\xff\x00bcd", required, []string{notUTF8}},
		"joiner inside":                 {"a\u200db", required, nil},
		"no bounds":                     {strings.Repeat("가", 100_000), apierr.TextRule{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, broken(c.value, c.rule))
		})
	}
}

func TestTextSaysWhichFieldInBothLanguages(t *testing.T) {
	t.Parallel()
	var v apierr.Violations
	v.Text("content", "", apierr.TextRule{Required: true})
	v.Text("title", "abcd", apierr.TextRule{Max: 3})
	v.Text("name", "a", apierr.TextRule{Min: 2})
	v.Text("bio", "\x01", apierr.TextRule{})
	v.Text("note", "\xff", apierr.TextRule{})
	require.Equal(t, []apierr.Violation{
		{Field: "content", Korean: "비어 있을 수 없습니다", English: blank},
		{Field: "title", Korean: "3자 이하여야 합니다", English: over3},
		{Field: "name", Korean: "2자 이상이어야 합니다", English: under2},
		{Field: "bio", Korean: "탭과 줄바꿈을 제외한 제어 문자를 쓸 수 없습니다", English: control},
		{Field: "note", Korean: "올바른 UTF-8 문자열이 아닙니다", English: notUTF8},
	}, apierr.From(v.Err()).Violations)
}

// White space of any script, whatever its mix, is blank; one visible character
// anywhere makes it a text.
func TestBlankHoldsForAnyMixOfWhiteSpaceAndNothingElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		white := rapid.StringOf(rapid.RuneFrom(nil, unicode.White_Space))
		visible := rapid.RuneFrom(nil, unicode.L, unicode.N, unicode.P, unicode.S).
			Filter(func(r rune) bool { return !strings.ContainsRune("\u115f\u1160\u3164\uffa0\u2800", r) })
		before, after := white.Draw(t, "before"), white.Draw(t, "after")
		require.True(t, apierr.IsBlank(before+after))
		require.False(t, apierr.IsBlank(before+string(visible.Draw(t, "visible"))+after))
	})
}

// Any valid text without control characters passes exactly when its number of
// code points is within the bounds.
func TestTextIsMeasuredInCodePointsWhateverItHolds(t *testing.T) {
	t.Parallel()
	allowed := rapid.Rune().Filter(func(r rune) bool {
		return utf8.ValidRune(r) && (!unicode.IsControl(r) || strings.ContainsRune("\t\r\n", r))
	})
	rapid.Check(t, func(t *rapid.T) {
		runes := rapid.SliceOfN(allowed, 1, 40).Draw(t, "runes")
		smallest := rapid.IntRange(0, 40).Draw(t, "min")
		largest := rapid.IntRange(smallest, 41).Draw(t, "max")
		fits := len(runes) >= smallest && (largest == 0 || len(runes) <= largest)
		require.Equal(t, fits, broken(string(runes), apierr.TextRule{Min: smallest, Max: largest}) == nil)
	})
}

// No byte sequence makes Text fail in another way than by naming a rule, and
// what it lets pass is what the contract allows.
func TestTextLetsNothingPassThatTheContractRefuses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := string(rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "bytes"))
		if broken(value, apierr.TextRule{Required: true, Max: 30}) != nil {
			return
		}
		require.True(t, utf8.ValidString(value))
		require.NotEmpty(t, strings.TrimSpace(value))
		require.LessOrEqual(t, len([]rune(value)), 30)
		for _, r := range value {
			require.True(t, r >= 0x20 && r != 0x7f && (r < 0x80 || r > 0x9f) || strings.ContainsRune("\t\r\n", r), "%U", r)
		}
	})
}
