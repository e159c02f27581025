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
func fold(text string) []glyph {
	glyphs := make([]glyph, 0, len(text))
	folder := cases.Fold()
	var iter norm.Iter
	iter.InitString(norm.NFKC, text)
	for !iter.Done() {
		start := iter.Pos()
		segment := iter.Next()
		end := iter.Pos()
		if len(segment) == 1 && segment[0] < utf8.RuneSelf {
			glyphs = append(glyphs, glyph{unicode.ToLower(rune(segment[0])), start, end})
			continue
		}
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
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || (unicode.IsControl(r) && !unicode.IsSpace(r))
}
