package terms

import (
	"unicode"

	"github.com/kljensen/snowball/english"
)

// kind is what sort of characters a token is made of.
type kind uint8

const (
	separator kind = iota
	mark           // joins whatever is before it
	hangul
	jamo      // letters of Hangul that make no syllable: ㅋㅋ
	ideograph // Han and Kana
	letter
	digit
	symbol
)

// maxRunes bounds words, numbers and tags: what is longer is no word, and would
// only fill the index.
const maxRunes = 64

// token is a run of one kind. Its glyphs are those from..to of the text.
type token struct {
	kind     kind
	text     string
	from, to int
}

// isOpen says that a part of the token can be looked for, not only the whole.
func (t token) isOpen() bool { return isOpen(t.kind) }

func isOpen(k kind) bool { return k == hangul || k == jamo || k == ideograph }

// tag is a # or @ word.
type tag struct {
	text     string
	from, to int
}

func kindOf(r rune) kind {
	switch {
	case r >= firstSyllable && r <= lastSyllable:
		return hangul
	case unicode.Is(unicode.Hangul, r):
		return jamo
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo), r == 'ー':
		return ideograph
	case unicode.IsMark(r):
		return mark
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return digit
	case unicode.Is(unicode.So, r):
		return symbol
	}
	return separator
}

// tokenize splits glyphs where the kind changes; symbols stand alone.
func tokenize(glyphs []glyph) []token {
	var tokens []token
	for i := 0; i < len(glyphs); {
		k := kindOf(glyphs[i].r)
		from := i
		i++
		if k == separator || k == mark {
			continue
		}
		for i < len(glyphs) && (k != symbol && joins(glyphs, i, k) || kindOf(glyphs[i].r) == mark) {
			i++
		}
		tokens = append(tokens, token{kind: k, text: textOf(k, glyphs[from:i]), from: from, to: i})
	}
	return tokens
}

// joins says whether the glyph at i belongs to the token of kind k before it.
func joins(glyphs []glyph, i int, k kind) bool {
	next := kindOf(glyphs[i].r)
	if k == letter && isApostrophe(glyphs[i].r) {
		return i+1 < len(glyphs) && kindOf(glyphs[i+1].r) == letter
	}
	return next == k || next == mark
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' }

func textOf(k kind, glyphs []glyph) string {
	runes := make([]rune, 0, len(glyphs))
	ascii := true
	for _, g := range glyphs {
		r := g.r
		if isApostrophe(r) {
			r = '\''
		}
		ascii = ascii && r < unicode.MaxASCII
		runes = append(runes, r)
	}
	if isOpen(k) {
		return string(runes)
	}
	text := string(runes[:min(len(runes), maxRunes)])
	if k == letter && ascii {
		return english.Stem(text, true)
	}
	return text
}

// findTags finds # and @ words: a sign that follows no word, with the word after it.
func findTags(glyphs []glyph) []tag {
	var tags []tag
	for i := 0; i < len(glyphs); i++ {
		if (glyphs[i].r != '#' && glyphs[i].r != '@') || (i > 0 && isTagRune(glyphs[i-1].r)) {
			continue
		}
		to := i + 1
		for to < len(glyphs) && isTagRune(glyphs[to].r) {
			to++
		}
		if to == i+1 {
			continue
		}
		runes := make([]rune, 0, to-i)
		for _, g := range glyphs[i:min(to, i+1+maxRunes)] {
			runes = append(runes, g.r)
		}
		tags = append(tags, tag{text: string(runes), from: i, to: to})
		i = to - 1
	}
	return tags
}

func isTagRune(r rune) bool {
	k := kindOf(r)
	return r == '_' || (k != separator && k != symbol)
}
