package terms

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// FuzzQuery holds the query language, the terms and the highlight to what they
// promise whatever is typed.
func FuzzQuery(f *testing.F) {
	for _, keyword := range []string{
		"자전거를 -한강", `"자전거 길" from:haneul_kim`, "ㅋㅍ", "고양이", ".*", "$where", `{"$gt":""}`, `"`, "--", "from:", "#한강에서 @kim", "iPhone15을",
		"ｶﾞﾗｽ", "don’t", "\u200b글\u0301", "🏴\u200d☠\ufe0f", "ﷺ", "\xff\xfe", strings.Repeat("가나다라마바사아자차", 20), strings.Repeat(`"a`, 100),
	} {
		f.Add(keyword, "제목 "+keyword, "어제 자전거를 탔다 ㅋㅋㅋ "+keyword)
	}
	f.Fuzz(func(t *testing.T, keyword, title, text string) {
		query, document := Parse(keyword), Analyze(title, text)
		for _, term := range document.Terms {
			requireSafe(t, term)
		}
		for _, c := range append(query.All, query.None...) {
			require.NotEmpty(t, c.Terms, "nothing would narrow the search")
			for _, term := range c.Terms {
				requireSafe(t, term)
			}
			if c.Frequency(document.Body, document.Tags) > 0 {
				require.Subset(t, document.Terms, c.Terms, "%q would not be found in %q %q", keyword, title, text)
			}
		}
		settled, err := query.Resolve(corpus{text}.count)
		require.NoError(t, err)
		highlight := settled.Highlight(title, text)
		bare := strings.NewReplacer(emphasis, "", emphasisEnd, "").Replace(highlight)
		require.NotContains(t, bare, "<")
		require.Equal(t, strings.Count(highlight, emphasis), strings.Count(highlight, emphasisEnd))
		if utf8.ValidString(title) && utf8.ValidString(text) {
			require.True(t, utf8.ValidString(highlight))
		}
	})
}

// requireSafe holds a term to what the store takes it for: text, that is neither
// an operator nor a path when it is a field's name.
func requireSafe(t *testing.T, term string) {
	t.Helper()
	require.NotEmpty(t, term)
	require.True(t, utf8.ValidString(term), "%q", term)
	require.NotContains(t, term, ".")
	require.NotContains(t, term, "$")
	require.NotContains(t, term, "\x00")
	require.LessOrEqual(t, utf8.RuneCountInString(term), maxRunes+1)
}
