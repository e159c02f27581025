package terms

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// glyph is a folded character and the bytes of the original that it comes from.
type glyph struct {
	r          rune
	start, end int
}

// fold folds Unicode form, width and case, and leaves out what takes no space.
// Most of what is written is plain and folds by itself; the rest goes through the
// tables of Unicode.
func fold(text string) []glyph {
	glyphs := make([]glyph, 0, len(text))
	for at := 0; at < len(text); {
		if r, size := plainAt(text, at); size > 0 {
			if !isInvisible(r) {
				glyphs = append(glyphs, glyph{unicode.ToLower(r), at, at + size})
			}
			at += size
			continue
		}
		end := at
		for end < len(text) {
			if _, size := plainAt(text, end); size > 0 && end > at {
				break
			}
			_, size := utf8.DecodeRuneInString(text[end:])
			end += size
		}
		glyphs = foldByTables(glyphs, text[at:end], at)
		at = end
	}
	return glyphs
}

// plainAt is the character at a place where it and the next one are ASCII or
// whole Hangul syllables, so that nothing composes with it; else its size is 0.
func plainAt(text string, at int) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(text[at:])
	if !isPlain(r) {
		return 0, 0
	}
	if at+size < len(text) {
		if next, _ := utf8.DecodeRuneInString(text[at+size:]); !isPlain(next) {
			return 0, 0
		}
	}
	return r, size
}

func isPlain(r rune) bool {
	return r < utf8.RuneSelf || (r >= firstSyllable && r <= lastSyllable)
}

// foldByTables appends the folded text, which begins at a place of a longer one.
func foldByTables(glyphs []glyph, text string, at int) []glyph {
	folder := cases.Fold()
	var iter norm.Iter
	iter.InitString(norm.NFKC, text)
	for !iter.Done() {
		start := at + iter.Pos()
		segment := iter.Next()
		end := at + iter.Pos()
		folded := string(segment)
		if hasCase(folded) {
			// ToLower, because Fold takes small Cherokee letters to capitals
			// and, in this version, capitals to small ones.
			folded = norm.NFKC.String(strings.ToLower(folder.String(folded)))
		}
		for _, r := range folded {
			if !isInvisible(r) {
				glyphs = append(glyphs, glyph{r, start, end})
			}
		}
	}
	return glyphs
}

func hasCase(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
	})
}

// isInvisible says that a character takes no space and says nothing: zero-width
// spaces and joiners, soft hyphens, marks of direction, variation selectors,
// fillers, control characters other than white space.
func isInvisible(r rune) bool {
	if r >= ' ' && r < utf8.RuneSelf-1 {
		return false
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || (unicode.IsControl(r) && !unicode.IsSpace(r))
}
