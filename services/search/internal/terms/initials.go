package terms

import (
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// What is typed as initial consonants (ㅋㅍ) finds words that begin so (커피), as
// people in Korea write who type on small keys.
const (
	// An initial alone is no word, and nobody types more than so many.
	leastInitials, mostInitials = 2, 8
	firstInitial, lastInitial   = '\u1100', '\u1112'
	ofInitial                   = 588 // syllables that begin alike
)

// canBeInitials says whether a token can be looked for as initial consonants.
func canBeInitials(t token) bool {
	n := utf8.RuneCountInString(t.text)
	return t.kind == jamo && n >= leastInitials && n <= mostInitials &&
		!strings.ContainsFunc(t.text, func(r rune) bool { return r < firstInitial || r > lastInitial })
}

// initialsOf are the first consonants of a word of whole syllables.
func initialsOf(word string) string {
	return strings.Map(func(r rune) rune { return firstInitial + (r-firstSyllable)/ofInitial }, word)
}

// nounsOf are a Hangul word and, where it ends with a particle, the word without.
func nounsOf(word string) []string {
	if noun, _, ok := stripParticle(word, leastInitials); ok {
		return []string{noun, word}
	}
	return []string{word}
}

// initialTerms are the index terms for initials: those of a word as a whole, and
// of letters that are written so (ㅋㅋㅋ) each beginning of them.
func (t token) initialTerms() []string {
	var terms []string
	add := func(initials string) {
		if n := utf8.RuneCountInString(initials); n >= leastInitials && n <= mostInitials {
			terms = append(terms, initials)
		}
	}
	switch t.kind { //nolint:exhaustive // only Korean has such letters
	case hangul:
		for _, noun := range nounsOf(t.text) {
			add(initialsOf(noun))
		}
	case jamo:
		runes := []rune(t.text)
		for n := leastInitials; n <= min(len(runes), mostInitials); n++ {
			add(string(runes[:n]))
		}
	}
	return terms
}

// initialSpans yields what of body begins with the letters, or is a word with
// these initials.
func initialSpans(body, initials string) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		at := 0
		for word := range strings.SplitSeq(body, " ") {
			from := at
			at += len(word) + 1
			found := ""
			switch {
			case strings.HasPrefix(word, initials):
				found = initials
			case isSyllables(word):
				nouns := nounsOf(word)
				if i := slices.IndexFunc(nouns, func(noun string) bool { return initialsOf(noun) == initials }); i >= 0 {
					found = nouns[i]
				}
			}
			if found != "" && !yield(from, from+len(found)) {
				return
			}
		}
	}
}

func isSyllables(word string) bool {
	return word != "" && !strings.ContainsFunc(word, func(r rune) bool { return r < firstSyllable || r > lastSyllable })
}
