package terms

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	fragmentRunes = 160
	leadRunes     = 40 // before the first match
	ellipsis      = "…"
	emphasis      = "<em>"
	emphasisEnd   = "</em>"
)

// span is bytes of a text.
type span struct{ start, end int }

// Highlight is a fragment of about 160 characters of title or text with the
// matches of q in emphasis and everything else escaped for HTML. It is of the
// title where that has as many of the words as the text has. Where nothing
// matches, it is the beginning of the text; it is empty where q has no words.
func (q Query) Highlight(title, text string) string {
	if len(q.All) == 0 {
		return ""
	}
	head, tail := q.match(title), q.match(text)
	if len(head.spans) > 0 && head.words >= tail.words {
		return fragment(title, head.spans)
	}
	return fragment(text, tail.spans)
}

// matches are where a query is found in a text.
type matches struct {
	spans []span // apart, in order
	words int    // how many clauses are there
}

func (q Query) match(text string) matches {
	f := newField(text)
	body := newMap(f)
	var m matches
	for _, c := range q.All {
		found := c.spans(f, body)
		if len(found) > 0 {
			m.words++
			m.spans = append(m.spans, found...)
		}
	}
	m.spans = merged(m.spans)
	return m
}

func (c Clause) spans(f field, body bodyMap) []span {
	var found []span
	if c.tag != "" {
		for _, t := range f.tags {
			if rest, begins := strings.CutPrefix(t.text, c.tag); begins && isWhole(c.tag, rest) {
				to := t.from + utf8.RuneCountInString(c.tag)
				found = append(found, span{f.glyphs[t.from].start, f.glyphs[to-1].end})
			}
		}
		return found
	}
	for at, end := range c.places(body.text) {
		found = append(found, body.origin(at, end))
	}
	return found
}

// bodyMap is a body that remembers where each byte of it comes from.
type bodyMap struct {
	text    string
	origins []span
}

func newMap(f field) bodyMap {
	m := bodyMap{text: f.body()}
	m.origins = make([]span, 0, len(m.text))
	for _, t := range f.tokens {
		whole := span{f.glyphs[t.from].start, f.glyphs[t.to-1].end}
		m.origins = append(m.origins, span{whole.start, whole.start})
		if t.isOpen() {
			for _, g := range f.glyphs[t.from:t.to] {
				m.add(span{g.start, g.end}, utf8.RuneLen(g.r))
			}
		} else {
			m.add(whole, len(t.text))
		}
		m.origins = append(m.origins, span{whole.end, whole.end})
	}
	return m
}

func (m *bodyMap) add(origin span, bytes int) {
	for range bytes {
		m.origins = append(m.origins, origin)
	}
}

func (m bodyMap) origin(from, to int) span {
	return span{m.origins[from].start, m.origins[to-1].end}
}

func merged(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.start-b.start, a.end-b.end) })
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

// fragment cuts text around the first match and marks the matches in it.
func fragment(text string, spans []span) string {
	window := windowOf(text, spans)
	var b strings.Builder
	if window.start > 0 {
		b.WriteString(ellipsis)
	}
	at := window.start
	for _, s := range spans {
		s.start, s.end = max(s.start, window.start), min(s.end, window.end)
		if s.start >= s.end {
			continue
		}
		b.WriteString(html.EscapeString(text[at:s.start]))
		b.WriteString(emphasis)
		b.WriteString(html.EscapeString(text[s.start:s.end]))
		b.WriteString(emphasisEnd)
		at = s.end
	}
	b.WriteString(html.EscapeString(text[at:window.end]))
	if window.end < len(text) {
		b.WriteString(ellipsis)
	}
	return b.String()
}

// windowOf is what is shown of text: whole characters, words where it can be.
func windowOf(text string, spans []span) span {
	if utf8.RuneCountInString(text) <= fragmentRunes {
		return span{0, len(text)}
	}
	var w span
	if len(spans) > 0 {
		w.start = atWord(text, back(text, spans[0].start, leadRunes), spans[0].start)
	}
	w.end = forward(text, w.start, fragmentRunes)
	return w
}

// back is n characters before at.
func back(text string, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}

// forward is n characters after at, and then to the end of what belongs to the
// last of them.
func forward(text string, at, n int) int {
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if n <= 0 && !unicode.IsMark(r) {
			break
		}
		at += size
		n--
	}
	return at
}

// atWord is the beginning of the first word from at on, but not after limit.
func atWord(text string, at, limit int) int {
	if at == 0 {
		return 0
	}
	if space := strings.IndexFunc(text[at:limit], unicode.IsSpace); space >= 0 {
		_, size := utf8.DecodeRuneInString(text[at+space:])
		return at + space + size
	}
	return at
}
