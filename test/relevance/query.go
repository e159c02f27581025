package relevance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Grade is how well a post answers a query.
type Grade int

// The grades.
const (
	Nothing Grade = 0
	Touches Grade = 1
	Answers Grade = 3
)

// Query is a question with what it is after.
type Query struct {
	Keyword string
	// Kind is what of the language it tries.
	Kind string
	// Judge grades a post and says why.
	Judge func(p Post) (Grade, string)
}

// Queries are all queries after subjects that any of posts answers.
func Queries(subjects []Subject, posts []Post) []Query {
	var all []Query
	for i, s := range subjects {
		all = append(all, s.plain()...)
		all = append(all, s.forms()...)
		all = append(all, s.aspects()...)
		all = append(all, s.places(i)...)
		all = append(all, s.restricted(i)...)
		all = append(all, s.phrases(i)...)
	}
	asked := map[string]int{}
	for _, q := range all {
		asked[q.Keyword]++
	}
	return slices.DeleteFunc(all, func(q Query) bool {
		answers := func(p Post) bool { grade, _ := q.Judge(p); return grade == Answers }
		return asked[q.Keyword] > 1 || !slices.ContainsFunc(posts, answers) // of two subjects (ㅋㅍ), or of none
	})
}

// wanted grades what is about the subject, and what mentions it.
func (s Subject) wanted(p Post) (Grade, string) {
	switch {
	case p.About == s.Name && s.Fresh && Today.Sub(p.Written) > 2*freshWithin*24*time.Hour:
		return Touches, "about it, but of another time"
	case p.About == s.Name:
		return Answers, "about it"
	case p.Passing == s.Name && s.Fresh:
		return Nothing, "an old word beside the news"
	case p.Passing == s.Name:
		return Touches, "mentions it in passing"
	case p.Decoy == s.Name:
		return Nothing, "only looks alike"
	}
	return Nothing, "about something else"
}

func (s Subject) kind(name string) string {
	if s.Fresh {
		name = "fresh"
	}
	return string(s.Language) + " " + name
}

func (s Subject) plain() []Query {
	queries := make([]Query, 0, len(s.Words))
	for _, word := range s.Words {
		queries = append(queries, Query{word, s.kind("subject"), s.wanted})
	}
	return queries
}

// forms are the subject's first word as others write it.
func (s Subject) forms() []Query {
	word := s.Words[0]
	if s.Language == English {
		return []Query{
			{strings.ToUpper(word), s.kind("case"), s.wanted},
			{width.Widen.String(word), s.kind("width"), s.wanted},
			{s.Form, s.kind("stem"), s.wanted},
		}
	}
	queries := []Query{
		{word + topic(word), s.kind("particle"), s.wanted},
		{word + object(word), s.kind("particle"), s.wanted},
		{norm.NFD.String(word), s.kind("nfd"), s.wanted},
	}
	if !strings.Contains(word, " ") && len([]rune(word)) <= 3 {
		queries = append(queries, Query{initials(word), s.kind("initials"), s.wanted})
	}
	return queries
}

func (s Subject) aspects() []Query {
	var queries []Query
	for _, a := range s.Aspects {
		judge := func(p Post) (Grade, string) {
			grade, why := s.wanted(p)
			switch {
			case p.About == s.Name && p.Aspect == a.Name:
				return grade, why + ", in this aspect"
			case p.About == s.Name:
				return Touches, "about it, in another aspect"
			}
			return Nothing, why
		}
		queries = append(queries, Query{a.Words[0], s.kind("aspect"), judge})
	}
	return queries
}

// place is one for the subject with this number.
func (s Subject) place(i int) string {
	all := languages[s.Language].places
	return all[i%len(all)]
}

func (s Subject) places(i int) []Query {
	place := s.place(i + 1)
	return []Query{{s.Words[0] + " " + place, s.kind("place"), func(p Post) (Grade, string) {
		grade, why := s.wanted(p)
		if p.Place != place {
			return Nothing, why + ", but elsewhere"
		}
		return grade, why + ", there"
	}}}
}

// restricted are queries that leave something out, or ask for one author.
func (s Subject) restricted(i int) []Query {
	place := s.place(i)
	author := int64(i%len(Handles)) + 1
	word := s.Words[0]
	return []Query{
		{word + " -" + place, s.kind("exclusion"), func(p Post) (Grade, string) {
			if p.Place == place {
				return Nothing, "of the place that was left out"
			}
			return s.wanted(p)
		}},
		{fmt.Sprintf("%s from:%s", word, Handles[author-1]), s.kind("author"), func(p Post) (Grade, string) {
			if p.Author != author {
				return Nothing, "of another author"
			}
			return s.wanted(p)
		}},
	}
}

// phrases quote two words of a sentence, every other subject.
func (s Subject) phrases(i int) []Query {
	if i%2 == 1 {
		return nil
	}
	sentence := s.Aspects[i%len(s.Aspects)].Sentences[0]
	words := strings.Fields(sentence)
	quoted := `"` + strings.Join(words[1:3], " ") + `"`
	return []Query{{quoted, s.kind("phrase"), func(p Post) (Grade, string) {
		if slices.Contains(p.Sentences, sentence) {
			return Answers, "has the sentence that is quoted"
		}
		return Nothing, "says it otherwise"
	}}}
}

const syllables, lastSyllable, finals, perInitial = '가', '힣', 28, 588

func hasFinal(word string) bool {
	runes := []rune(word)
	last := runes[len(runes)-1]
	return last >= syllables && last <= lastSyllable && (last-syllables)%finals != 0
}

func topic(word string) string {
	if hasFinal(word) {
		return "은"
	}
	return "는"
}

func object(word string) string {
	if hasFinal(word) {
		return "을"
	}
	return "를"
}

// initials are the first consonants as a keyboard types them.
func initials(word string) string {
	const letters = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
	runes := []rune(letters)
	return strings.Map(func(r rune) rune { return runes[(r-syllables)/perInitial] }, word)
}
