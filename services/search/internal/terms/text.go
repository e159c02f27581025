package terms

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Version is that of the rules of this package: a document that was analyzed by
// older ones is analyzed again by a rebuild.
const Version = 2

const (
	// titleWeight is what an occurrence in a title counts, against 1 in the text.
	titleWeight = 2
	// fieldBreak stands between title and text in Text.Body: no phrase goes over it.
	fieldBreak = "\n"
)

// Text is a document as it is looked for.
type Text struct {
	// Body is the folded tokens in their order, each between two spaces; title
	// and text with fieldBreak between them.
	Body string
	// Tags are the # and @ words.
	Tags []string
	// Terms are all index terms, each once, sorted.
	Terms []string
	// Frequencies are how often terms occur, weighted (see Clause.Frequency);
	// those that are not here occur once.
	Frequencies map[string]int
	// Length is how many words it has; two Han or Kana characters make one.
	Length int
}

// Analyze makes a document of a title, which may be empty, and a text.
func Analyze(title, text string) Text {
	head, tail := newField(title), newField(text)
	found := map[string]int{}
	head.count(found, titleWeight)
	tail.count(found, 1)
	analyzed := Text{
		Body:   head.body() + fieldBreak + tail.body(),
		Tags:   slices.Concat(head.tagTexts(), tail.tagTexts()),
		Terms:  slices.Sorted(maps.Keys(found)),
		Length: head.length() + tail.length(),
	}
	maps.DeleteFunc(found, func(_ string, n int) bool { return n <= 1 })
	analyzed.Frequencies = found
	return analyzed
}

// field is a text with its tokens.
type field struct {
	glyphs []glyph
	tokens []token
	tags   []tag
}

func newField(text string) field { return fieldOf(fold(text)) }

func fieldOf(glyphs []glyph) field {
	return field{glyphs: glyphs, tokens: tokenize(glyphs), tags: findTags(glyphs)}
}

func (f field) body() string {
	var b strings.Builder
	for _, t := range f.tokens {
		b.WriteByte(' ')
		b.WriteString(t.text)
		b.WriteByte(' ')
	}
	return b.String()
}

// tagTexts are the tags, and those that end with a particle without it too.
func (f field) tagTexts() []string {
	texts := []string{} // not null in the store
	for _, t := range f.tags {
		texts = append(texts, t.text)
		if noun, _, ok := stripParticle(t.text, 1+leastSyllables); ok && kindOf(lastRune(noun)) == hangul {
			texts = append(texts, noun)
		}
	}
	return texts
}

func (f field) length() int {
	length := 0
	for _, t := range f.tokens {
		if t.kind == ideograph {
			length += (utf8.RuneCountInString(t.text) + 1) / 2
			continue
		}
		length++
	}
	return length
}

// count adds the index terms of the field to found.
func (f field) count(found map[string]int, weight int) {
	for _, text := range f.tagTexts() {
		found[text] += weight
	}
	for _, t := range f.tokens {
		if !t.isOpen() {
			found[t.text] += weight
			continue
		}
		t.countParts(found, weight)
	}
}

// countParts adds the terms of a token that can be looked for in parts.
func (t token) countParts(found map[string]int, weight int) {
	runes := []rune(t.text)
	for i := range runes {
		found[string(runes[i])] += weight
		if i > 0 {
			found[string(runes[i-1:i+1])] += weight
		}
	}
	if t.kind == hangul {
		for n := 1; n <= min(len(runes), shortWord); n++ {
			if isWhole(string(runes[:n]), string(runes[n:])) {
				found[string(runes[:n])] += weight
			}
		}
		if noun, p, ok := stripParticle(t.text, 1); ok && p.shows(noun) {
			found[seenNoun(noun)] = 1
		}
	}
	for _, term := range t.initialTerms() {
		found[term] = 1
	}
}

// seenNoun is the index term of a Hangul word that a particle shows to be a
// noun. No text has such a term of its own: a slash separates.
func seenNoun(noun string) string { return noun + "/" }

// shortWord is the longest Hangul word that is an index term by itself.
const shortWord = 2

// isWhole says whether a Hangul word that begins with noun is that noun, with
// nothing or a particle after it: then it counts twice.
func isWhole(noun, rest string) bool { return rest == "" || isParticle(noun, rest) }

func lastRune(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r
}
