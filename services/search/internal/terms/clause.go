package terms

import (
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// Clause is one thing that a document has or has not: a word, a phrase or a tag.
type Clause struct {
	// Terms are the index terms that every document with it has.
	Terms []string
	// needle is what the body contains; empty for a tag.
	needle string
	// full is the needle with the doubtful particle that needle was freed of;
	// a document that has it is meant more.
	full string
	// tag is a # or @ word.
	tag string
	// noun says that the clause is one Hangul word: it counts twice where it is
	// not a part of another.
	noun bool
	// initials says that the needle may be the initial consonants of a word.
	initials bool
	// doubt is what to ask the index before this clause is looked for.
	doubt *doubt
}

// doubt is about a word that ends like a particle. Which of the two it is, the
// texts tell: a word that others write with further particles (고양이를) is a
// noun by itself.
type doubt struct {
	// full is with the particle, bare without.
	full, bare Clause
	// fullSeen and bareSeen are the terms of texts that show a noun.
	fullSeen, bareSeen string
}

// resolve asks how many documents show which noun. Where none does, the clause
// stays as it is.
func (c Clause) resolve(count func(term string) (int, error)) (Clause, error) {
	if c.doubt == nil {
		return c, nil
	}
	full, err := count(c.doubt.fullSeen)
	if err != nil {
		return c, err
	}
	bare, err := count(c.doubt.bareSeen)
	switch {
	case err != nil:
		return c, err
	case full > 0 && full >= bare:
		return c.doubt.full, nil
	case bare > 0:
		return c.doubt.bare, nil
	}
	c.doubt = nil
	return c, nil
}

// IsIndexed says that the clause is its one term: no text need be read to know
// whether a document has it. Letters without syllables are terms of words too.
func (c Clause) IsIndexed() bool {
	return c.tag != "" || (len(c.Terms) == 1 && c.full == "" && strings.Trim(c.needle, " ") == c.Terms[0] && kindOf(lastRune(c.Terms[0])) != jamo)
}

func tagClause(text string) Clause {
	if noun, p, ok := stripParticle(text, 1+leastSyllables); ok && p.trust != doubtful && kindOf(lastRune(noun)) == hangul {
		text = noun
	}
	return Clause{tag: text, Terms: []string{text}}
}

// phraseClause is a clause of tokens as they stand.
func phraseClause(tokens []token) Clause {
	c := Clause{needle: needleOf(tokens), noun: len(tokens) == 1 && tokens[0].kind == hangul}
	for _, t := range tokens {
		c.Terms = append(c.Terms, indexTerms(t)...)
	}
	slices.Sort(c.Terms)
	c.Terms = slices.Compact(c.Terms)
	return c
}

// wordClause is a clause of a word's tokens without the particle at its end.
func wordClause(tokens []token) Clause {
	if len(tokens) > 1 { // 2026년에, iPhone을: the rest of the word is before it
		return phraseClause(withoutParticle(tokens))
	}
	word := tokens[0]
	if canBeInitials(word) {
		return Clause{needle: word.text, initials: true, Terms: []string{word.text}}
	}
	full := phraseClause(tokens)
	if word.kind != hangul {
		return full
	}
	noun, found, ok := stripParticle(word.text, 1)
	if !ok {
		return full
	}
	bare := phraseClause([]token{{kind: hangul, text: noun}})
	if found.shows(noun) {
		return bare
	}
	either := bare
	either.full = full.needle
	if utf8.RuneCountInString(noun) < leastSyllables {
		either = full
	}
	either.doubt = &doubt{full: full, bare: bare, fullSeen: seenNoun(word.text), bareSeen: seenNoun(noun)}
	return either
}

// leastSyllables are left of a query's word when its particle is taken, unless
// the texts know better.
const leastSyllables = 2

// withoutParticle takes the particle from the last of several tokens, and the
// token itself where it is nothing else.
func withoutParticle(tokens []token) []token {
	last := tokens[len(tokens)-1]
	if last.kind != hangul {
		return tokens
	}
	noun, _, ok := stripParticle(last.text, 0)
	if !ok {
		return tokens
	}
	bare := slices.Clone(tokens[:len(tokens)-1])
	if noun != "" {
		last.text = noun
		bare = append(bare, last)
	}
	return bare
}

// needleOf is how tokens stand in a body. At its ends it is open where a part
// of a token counts.
func needleOf(tokens []token) string {
	needle := field{tokens: tokens}.body()
	if tokens[0].isOpen() {
		needle = needle[1:]
	}
	if tokens[len(tokens)-1].isOpen() {
		needle = needle[:len(needle)-1]
	}
	return needle
}

// indexTerms are terms that together cover a token.
func indexTerms(t token) []string {
	if !t.isOpen() {
		return []string{t.text}
	}
	runes := []rune(t.text)
	if len(runes) == 1 {
		return []string{t.text}
	}
	var pairs []string
	for i := 0; i+1 < len(runes); i += 2 {
		pairs = append(pairs, string(runes[i:i+2]))
	}
	if len(runes)%2 == 1 {
		pairs = append(pairs, string(runes[len(runes)-2:]))
	}
	return pairs
}

// Frequency is how often the clause occurs in a document, 0 where it does not:
// twice what is in the title, and a Hangul word twice where it is not a part of
// another word.
func (c Clause) Frequency(body string, tags []string) int {
	if c.tag != "" {
		n := 0
		for _, t := range tags {
			if t == c.tag {
				n++
			}
		}
		return n
	}
	title, text, _ := strings.Cut(body, fieldBreak)
	n := titleWeight*c.occurrences(title) + c.occurrences(text)
	if n > 0 && c.full != "" && strings.Contains(body, c.full) {
		n++
	}
	return n
}

func (c Clause) occurrences(body string) int {
	n := 0
	for at, end := range c.places(body) {
		n++
		if c.initials || (c.noun && body[at-1] == ' ' && isWhole(c.needle, restOfToken(body, end))) {
			n++
		}
	}
	return n
}

// places yields where the clause begins and ends in body.
func (c Clause) places(body string) iter.Seq2[int, int] {
	if c.initials {
		return initialSpans(body, c.needle)
	}
	return func(yield func(at, end int) bool) {
		for from := 0; ; {
			at := strings.Index(body[from:], c.needle)
			if at < 0 || !yield(from+at, from+at+len(c.needle)) {
				return
			}
			_, size := utf8.DecodeRuneInString(body[from+at:])
			from += at + size
		}
	}
}

// restOfToken is what follows at until the token's end.
func restOfToken(body string, at int) string {
	rest, _, _ := strings.Cut(body[at:], " ")
	return rest
}
