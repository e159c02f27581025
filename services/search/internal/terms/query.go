package terms

import (
	"slices"
	"strings"
	"unicode"
)

// Query is what somebody looks for.
type Query struct {
	// All are what a document must have.
	All []Clause
	// None are what it must not have.
	None []Clause
	// Authors are the handles after from:, folded; a document has one author, so
	// more than one finds nothing.
	Authors []string
	// excludes says that something was excluded, if only signs.
	excludes bool
}

// OnlyExcludes says that the query names nothing to be found.
func (q Query) OnlyExcludes() bool { return q.excludes && len(q.All) == 0 && len(q.Authors) == 0 }

// IsEmpty says that the query asks for nothing at all, such as one of signs.
func (q Query) IsEmpty() bool { return len(q.All) == 0 && len(q.Authors) == 0 && !q.excludes }

// ReadsText says that the index alone cannot answer: the text of candidates has
// to be looked at.
func (q Query) ReadsText() bool {
	for _, c := range q.All {
		if !c.IsIndexed() {
			return true
		}
	}
	return len(q.None) > 0
}

// Resolve settles what words mean that end like a particle (고양이, 커피가), by
// how many documents have a term. It fails as count does.
func (q Query) Resolve(count func(term string) (int, error)) (Query, error) {
	settle := func(clauses []Clause) ([]Clause, error) {
		settled := slices.Clone(clauses)
		for i, c := range clauses {
			var err error
			if settled[i], err = c.resolve(count); err != nil {
				return nil, err
			}
		}
		return settled, nil
	}
	var err error
	if q.All, err = settle(q.All); err != nil {
		return q, err
	}
	q.None, err = settle(q.None)
	return q, err
}

const authorPrefix = "from:"

// Parse reads a query: words, "phrases", -excluded words and phrases, and
// from:handle. There is no wrong query: what does not follow the rules, such as
// a quotation mark without its other, is text.
func Parse(keyword string) Query {
	var q Query
	for _, p := range split(fold(keyword)) {
		q.add(p)
	}
	return q
}

// part is a word or phrase of a query.
type part struct {
	glyphs   []glyph
	phrase   bool
	excluded bool
}

// split cuts a query at white space and quotation marks.
func split(glyphs []glyph) []part {
	var parts []part
	for i := 0; i < len(glyphs); {
		if unicode.IsSpace(glyphs[i].r) {
			i++
			continue
		}
		var p part
		if glyphs[i].r == '-' && i+1 < len(glyphs) && !unicode.IsSpace(glyphs[i+1].r) {
			p.excluded = true
			i++
		}
		i = p.take(glyphs, i)
		parts = append(parts, p)
	}
	return parts
}

// take reads a part that begins at i, and returns where it ends.
func (p *part) take(glyphs []glyph, i int) int {
	if isQuote(glyphs[i].r) {
		for end := i + 1; end < len(glyphs); end++ {
			if isQuote(glyphs[end].r) {
				p.phrase, p.glyphs = true, glyphs[i+1:end]
				return end + 1
			}
		}
		i++ // it has no other
	}
	end := i
	for end < len(glyphs) && !unicode.IsSpace(glyphs[end].r) && !isQuote(glyphs[end].r) {
		end++
	}
	p.glyphs = glyphs[i:end]
	return end
}

func isQuote(r rune) bool { return strings.ContainsRune(`"“”„‟«»`, r) }

func (q *Query) add(p part) {
	if !p.excluded && !p.phrase {
		if handle, ok := authorOf(p.glyphs); ok {
			q.addAuthor(handle)
			return
		}
	}
	q.excludes = q.excludes || p.excluded
	for _, c := range p.clauses() {
		if p.excluded {
			q.None = addOnce(q.None, c)
		} else {
			q.All = addOnce(q.All, c)
		}
	}
}

func (q *Query) addAuthor(handle string) {
	if slices.Contains(q.Authors, handle) {
		return
	}
	q.Authors = append(q.Authors, handle)
}

func authorOf(glyphs []glyph) (handle string, ok bool) {
	var b strings.Builder
	for _, g := range glyphs {
		b.WriteRune(g.r)
	}
	handle, ok = strings.CutPrefix(b.String(), authorPrefix)
	handle = strings.TrimPrefix(handle, "@")
	return handle, ok && handle != ""
}

// clauses are a tag that the part begins with, and the tokens after it.
func (p part) clauses() []Clause {
	f := fieldOf(p.glyphs)
	tokens := f.tokens
	var clauses []Clause
	if !p.phrase && len(f.tags) > 0 && f.tags[0].from == 0 {
		clauses = append(clauses, tagClause(f.tags[0].text))
		tokens = slices.DeleteFunc(tokens, func(t token) bool { return t.from < f.tags[0].to })
	}
	switch {
	case len(tokens) == 0:
	case p.phrase:
		clauses = append(clauses, phraseClause(tokens))
	default:
		clauses = append(clauses, wordClause(tokens))
	}
	return clauses
}

func addOnce(clauses []Clause, c Clause) []Clause {
	for _, known := range clauses {
		if known.needle == c.needle && known.tag == c.tag && known.full == c.full {
			return clauses
		}
	}
	return append(clauses, c)
}
