package terms

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// corpus answers how many of its texts have a term.
type corpus []string

func (c corpus) count(term string) (int, error) {
	n := 0
	for _, text := range c {
		if slices.Contains(Analyze("", text).Terms, term) {
			n++
		}
	}
	return n, nil
}

// finds are the texts that a query finds once it is resolved.
func (c corpus) finds(t *testing.T, keyword string) []string {
	t.Helper()
	query, err := Parse(keyword).Resolve(c.count)
	require.NoError(t, err)
	found := []string{}
	for _, text := range c {
		document := Analyze("", text)
		has := func(c Clause) bool { return c.Frequency(document.Body, document.Tags) > 0 }
		if !slices.ContainsFunc(query.None, has) && !slices.ContainsFunc(query.All, func(c Clause) bool { return !has(c) }) {
			found = append(found, text)
		}
	}
	return found
}

func TestAWordThatEndsLikeAParticleIsANounWhereTheTextsSaySo(t *testing.T) {
	t.Parallel()
	texts := corpus{"고양이를 키운다", "고양시에 산다", "고양이는 잔다", "커피를 마셨다", "커피숍에 갔다", "휴가를 냈다", "휴게소", "책에서 읽었다", "정책을 바꿨다"}
	for keyword, want := range map[string][]string{
		"고양이":    {"고양이를 키운다", "고양이는 잔다"},
		"고양이가":   {"고양이를 키운다", "고양이는 잔다"},
		"커피가":    {"커피를 마셨다", "커피숍에 갔다"},
		"휴가":     {"휴가를 냈다"},
		"책이":     {"책에서 읽었다", "정책을 바꿨다"},
		"책을":     {"책에서 읽었다", "정책을 바꿨다"},
		"책에서":    {"책에서 읽었다", "정책을 바꿨다"},
		"산 -고양이": {"고양시에 산다"},
	} {
		require.Equal(t, want, texts.finds(t, keyword), keyword)
	}
}

func TestWhereNoTextTellsAWordOfTwoSyllablesStaysWhole(t *testing.T) {
	t.Parallel()
	none := corpus{"휴대폰", "작년에", "작은 방"}
	require.Equal(t, []string{"작은 방"}, none.finds(t, "작은"))
	require.Empty(t, none.finds(t, "휴가"))
}

func TestResolveFailsWithTheIndex(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	_, err := Parse("고양이").Resolve(func(string) (int, error) { return 0, down })
	require.ErrorIs(t, err, down)
	_, err = Parse("커피 -고양이").Resolve(func(string) (int, error) { return 0, down })
	require.ErrorIs(t, err, down)
}

func TestInitialConsonantsFindWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keyword, text string
		found         bool
	}{
		"a word":                       {"ㅋㅍ", "커피", true},
		"with a particle":              {"ㅋㅍ", "아침에 커피를 마셨다", true},
		"the whole with its particle":  {"ㅋㅍㄹ", "커피를", true},
		"a word of three":              {"ㅈㅈㄱ", "자전거로 출근", true},
		"not a part of a word":         {"ㅋㅍ", "아이스커피", false},
		"not other words":              {"ㅋㅍ", "카드", false},
		"doubled consonants":           {"ㄸㅂㅇ", "떡볶이", true},
		"laughter is found as written": {"ㅋㅋ", "재밌다ㅋㅋㅋ", true},
		"letters of half width":        {"\uffbb\uffbd", "커피", true},
		"more than one":                {"ㅋㅍ ㅎㄱ", "한강에서 커피", true},
		"with another word":            {"ㅋㅍ 한강", "한강에서 커피", true},
		"excluded":                     {"한강 -ㅋㅍ", "한강에서 커피", false},
		"a phrase is what it says":     {`"ㅋㅍ"`, "커피", false},
		"one letter alone":             {"ㅋ", "커피", false},
		"decomposed text":              {"ㅋㅍ", norm.NFD.String("커피"), true},
	} {
		require.Equal(t, c.found, finds(t, c.keyword, c.text), name)
	}
	require.Equal(t, "아침 <em>커피</em>를", Parse("ㅋㅍ").Highlight("", "아침 커피를"))
	require.Equal(t, "하하 <em>ㅋㅋ</em>ㅋ", Parse("ㅋㅋ").Highlight("", "하하 ㅋㅋㅋ"))
}
