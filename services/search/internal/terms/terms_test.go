package terms

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
	"pgregory.net/rapid"
)

// finds says whether a query finds a text, by the text alone; and holds the
// index terms to it: whatever is found has every term that is asked for.
func finds(t require.TestingT, keyword, text string) bool {
	query, document := Parse(keyword), Analyze("", text)
	found := len(query.All) > 0
	for _, c := range query.All {
		has := c.Frequency(document.Body, document.Tags) > 0
		found = found && has
		if has {
			require.Subset(t, document.Terms, c.Terms, "%q in %q", keyword, text)
		}
		if c.IsIndexed() {
			require.Equal(t, has, has1(document.Terms, c.Terms[0]), "%q in %q", keyword, text)
		}
	}
	for _, c := range query.None {
		found = found && c.Frequency(document.Body, document.Tags) == 0
	}
	return found
}

func has1(list []string, want string) bool {
	return slices.Contains(list, want)
}

func TestWhatFindsWhat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keyword, text string
		found         bool
	}{
		"korean without its particle":           {"자전거", "어제 자전거를 탔다", true},
		"korean with another particle":          {"자전거를", "자전거가 좋다", true},
		"particle of several syllables":         {"한강에서는", "한강은 넓다", true},
		"particle after a final":                {"휴대폰으로", "새 휴대폰을 샀다", true},
		"final that the particle does not fit":  {"전문가", "전문 서적", false},
		"two syllables stay":                    {"휴가", "휴대폰", false},
		"noun that ends like a particle":        {"고양이", "고양이를 키운다", true},
		"word inside a compound":                {"자전거", "산악자전거길", true},
		"end of a compound":                     {"공원", "여의도한강공원에", true},
		"one syllable":                          {"책", "새책을 샀다", true},
		"syllables that are not together":       {"자전거", "자전 하고 전거", false},
		"compound is not its word":              {"자전거길", "자전거", false},
		"decomposed input":                      {norm.NFD.String("자전거"), "자전거를 탔다", true},
		"decomposed text":                       {"자전거", norm.NFD.String("자전거를 탔다"), true},
		"case":                                  {"GoLang", "golang GOLANG", true},
		"full width":                            {"Ｇｏｌａｎｇ２０２６", "golang 2026", true},
		"half width kana":                       {"ｶﾞﾗｽ", "ガラスの靴", true},
		"width library agrees":                  {width.Widen.String("bike"), "bike", true},
		"english stem":                          {"running", "I run and he runs", true},
		"english stem the other way":            {"ride", "riding home", true},
		"part of an english word":               {"cat", "concatenate", false},
		"possessive":                            {"bridge's", "the bridge", true},
		"other apostrophe":                      {"don’t", "don't", true},
		"japanese":                              {"自転車", "昨日自転車に乗った", true},
		"chinese character":                     {"车", "我骑自行车", true},
		"characters apart":                      {"自車", "自転車", false},
		"digits":                                {"2026", "2026년에는", true},
		"digits are whole":                      {"202", "2026", false},
		"digits with korean":                    {"2026년에", "2026년의 목표", true},
		"mixed word":                            {"iPhone15", "iphone 15 pro", true},
		"mixed word apart":                      {"iphone15", "15 iphone", false},
		"korean particle after latin":           {"iPhone을", "my iPhone", true},
		"all words":                             {"한강 자전거", "한강에서 자전거를", true},
		"not all words":                         {"한강 자전거", "한강에서 걷기", false},
		"phrase":                                {`"자전거 길"`, "한강 자전거 길을 달렸다", true},
		"phrase in another order":               {`"길 자전거"`, "한강 자전거 길", false},
		"phrase keeps its particle":             {`"자전거를 탔다"`, "자전거가 탔다", false},
		"english phrase":                        {`"great view"`, "What a GREAT view!", true},
		"english phrase of words apart":         {`"great view"`, "great big view", false},
		"quotation marks of books":              {"“great view”", "great view", true},
		"excluded":                              {"자전거 -한강", "한강 자전거", false},
		"not excluded":                          {"자전거 -한강", "남산 자전거", true},
		"excluded phrase":                       {`자전거 -"한강 공원"`, "한강 공원 자전거", false},
		"excluded words of another phrase":      {`자전거 -"한강 공원"`, "한강 자전거 공원", true},
		"hyphen inside":                         {"e-mail", "my e-mail", true},
		"hyphen inside excludes nothing":        {"e-mail", "email", false},
		"tag":                                   {"#한강", "오늘 #한강 #자전거", true},
		"tag is not its word":                   {"#한강", "오늘 한강", false},
		"word is found in a tag":                {"한강", "오늘 #한강", true},
		"longer tag":                            {"#한강", "#한강공원", false},
		"tag with a particle":                   {"#한강", "#한강에서 만나", true},
		"mention":                               {"@kim_1", "hello @Kim_1!", true},
		"mail address mentions nobody":          {"@kim", "a@kim.com", false},
		"emoji":                                 {"🚲", "오늘은 🚲🚲", true},
		"zero width":                            {"자\u200b전거", "자전\u2060거", true},
		"regular expressions are text":          {"자전.*", "자전거", true}, // of it 자전 is left
		"regular expression with nothing of it": {"a|b", "a", false},
		"operator":                              {"$where", "somewhere", false},
		"operator as text":                      {"$where", "where was it", true},
	} {
		require.Equal(t, c.found, finds(t, c.keyword, c.text), name)
	}
}

func TestUnbalancedQuotesAreText(t *testing.T) {
	t.Parallel()
	require.True(t, finds(t, `"한강 자전거`, "자전거 그리고 한강"))
	require.True(t, finds(t, `한강"`, "한강"))
	require.True(t, Parse(`"`).IsEmpty())
	require.True(t, Parse(`""`).IsEmpty())
}

func TestAQueryNamesAuthors(t *testing.T) {
	t.Parallel()
	q := Parse("FROM:Haneul_Kim from:@haneul_kim 자전거")
	require.Equal(t, []string{"haneul_kim"}, q.Authors)
	require.Len(t, q.All, 1)
	require.Equal(t, []string{"a", "b"}, Parse("from:a from:b").Authors)
	require.Empty(t, Parse("from: kim").Authors, "then it is a word")
	require.False(t, Parse("from:a -b").OnlyExcludes())
}

func TestOnlyExclusionsAreTold(t *testing.T) {
	t.Parallel()
	require.True(t, Parse("-한강").OnlyExcludes())
	require.True(t, Parse(`-"한강 공원" -b !!!`).OnlyExcludes())
	require.True(t, Parse("-!!!").OnlyExcludes())
	require.False(t, Parse("-").OnlyExcludes(), "a hyphen alone is text")
	require.False(t, Parse("-a b").OnlyExcludes())
}

func TestAWordAloneCountsMoreThanInsideAnotherAndATitleTwice(t *testing.T) {
	t.Parallel()
	for keyword, c := range map[string]struct {
		title, text string
		want        int
	}{
		"커피":   {"", "커피를", 2},
		"커피 ":  {"", "아이스커피", 1},
		"커피  ": {"커피", "커피 아이스커피", 7},
		"run":  {"Running", "run", 3},
		"자전거":  {"", "자전거가 산악자전거", 3},
		"책":    {"", "책은", 2},
		"하하":   {"", "하하하", 2},
		"#a":   {"", "#a #A", 2},
	} {
		document := Analyze(c.title, c.text)
		clause := Parse(keyword).All[0]
		require.Equal(t, c.want, clause.Frequency(document.Body, document.Tags), keyword)
		if clause.IsIndexed() && clause.tag == "" {
			require.Equal(t, c.want, max(1, document.Frequencies[clause.Terms[0]]), keyword)
		}
	}
}

func TestTheDoubtfulParticlePrefersTheWholeWord(t *testing.T) {
	t.Parallel()
	clause := Parse("고양이").All[0]
	cat, town := Analyze("", "고양이"), Analyze("", "고양시")
	require.Greater(t, clause.Frequency(cat.Body, nil), clause.Frequency(town.Body, nil))
}

func TestHighlightMarksMatchesAndEscapesTheRest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ keyword, title, text, want string }{
		"particle stays outside": {"자전거", "", "한강 자전거를 탔다", "한강 <em>자전거</em>를 탔다"},
		"title first":            {"자전거", "한강 자전거 길", "자전거", "한강 <em>자전거</em> 길"},
		"text has more words":    {"한강 자전거", "한강", "한강 자전거", "<em>한강</em> <em>자전거</em>"},
		"stem is the whole word": {"run", "", "She was running.", "She was <em>running</em>."},
		"markup":                 {"b", "", `<b>&"b'`, "&lt;<em>b</em>&gt;&amp;&#34;<em>b</em>&#39;"},
		"phrase":                 {`"great view"`, "", "a GREAT  view", "a <em>GREAT  view</em>"},
		"full width":             {"golang", "", "Ｇｏｌａｎｇ입니다", "<em>Ｇｏｌａｎｇ</em>입니다"},
		"tag":                    {"#한강", "", "#한강공원 #한강에서", "#한강공원 <em>#한강</em>에서"},
		"nothing matches":        {"자전거", "제목", "버스 <b>", "버스 &lt;b&gt;"},
		"no words":               {"from:kim", "제목", "글", ""},
		"decomposed":             {"한강", "", norm.NFD.String("한강") + "!", "<em>" + norm.NFD.String("한강") + "</em>!"},
	} {
		require.Equal(t, c.want, Parse(c.keyword).Highlight(c.title, c.text), name)
	}
}

func TestHighlightOfALongTextIsAFragmentAroundTheMatch(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("가나다 ", 300) + "자전거 " + strings.Repeat("라마바 ", 300)
	got := Parse("자전거").Highlight("", text)
	require.Contains(t, got, "<em>자전거</em>")
	require.True(t, strings.HasPrefix(got, "…가나다 "), got)
	require.True(t, strings.HasSuffix(got, "…"), got)
	require.LessOrEqual(t, len([]rune(got)), fragmentRunes+len("<em></em>")+2)
}

// mostly draws characters that tokens are made of, and some of everything.
func mostly() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return rapid.StringOf(rapid.OneOf(
			rapid.RuneFrom([]rune("자전거를은는이가에서길한강 가각ㅋㅏ")),
			rapid.RuneFrom([]rune(`abRunning's019 -"#@_$.*|`)),
			rapid.RuneFrom([]rune("自転車のカｶﾞー\u200b\u0301\u1100\u1161\u11a8ﬁßİΣς🚲\U0001f3fd")),
			rapid.Rune(),
		)).Draw(t, "text")
	})
}

func TestWhateverIsWrittenIsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keyword, title, text := mostly().Draw(t, "keyword"), mostly().Draw(t, "title"), mostly().Draw(t, "text")
		finds(t, keyword, text)
		q := Parse(keyword)
		highlight := q.Highlight(title, text)
		bare := strings.NewReplacer(emphasis, "", emphasisEnd, "").Replace(highlight)
		require.NotContains(t, bare, "<")
		require.Equal(t, strings.Count(highlight, emphasis), strings.Count(highlight, emphasisEnd))
	})
}

func TestFoldingIsDoneOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Map(func(r rune) rune {
			if isInvisible(r) { // what is left may compose anew
				return -1
			}
			return r
		}, mostly().Draw(t, "text"))
		once := plain(fold(text))
		require.Equal(t, once, plain(fold(once)))
	})
}

func TestPlainTextFoldsAsTheTablesSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := mostly().Draw(t, "text")
		require.Equal(t, plain(foldByTables(nil, text, 0)), plain(fold(text)))
	})
}

// A document finds itself by any of its words.
func TestEveryWordOfATextFindsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := mostly().Draw(t, "text")
		for word := range strings.FieldsSeq(text) {
			word = strings.TrimLeft(strings.Map(func(r rune) rune {
				if isQuote(r) {
					return ' '
				}
				return r
			}, word), "- ")
			if q := Parse(word); len(q.All) > 0 && len(q.Authors) == 0 && len(q.None) == 0 && !strings.Contains(word, " ") {
				require.True(t, finds(t, word, text), "%q in %q", word, text)
			}
		}
	})
}

func plain(glyphs []glyph) string {
	var b strings.Builder
	for _, g := range glyphs {
		b.WriteRune(g.r)
	}
	return b.String()
}

func BenchmarkAnalyze(b *testing.B) {
	text := strings.Repeat("퇴근하고 반포에서 여의도까지 달렸다. The wind was GREAT. ", 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Analyze("한강 자전거 길", text)
	}
}
