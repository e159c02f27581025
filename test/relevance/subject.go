package relevance

import (
	"bufio"
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed corpus/*.txt
var corpus embed.FS

// Language is what a subject's posts are written in.
type Language string

// The languages.
const (
	Korean  Language = "ko"
	English Language = "en"
)

// Subject is what posts are about.
type Subject struct {
	Name     string
	Language Language
	// Words are how people ask for it.
	Words []string
	// Form is another form of the first word, in English.
	Form string
	// Fresh says that of this subject the newest counts.
	Fresh   bool
	Aspects []Aspect
	Titles  []string
	// Passing are sentences that mention it and are about something else.
	Passing []string
	// Decoys look or sound alike and have nothing to do with it.
	Decoys []string
}

// Aspect is what a post says of its subject.
type Aspect struct {
	Name      string
	Words     []string
	Sentences []string
}

// Subjects reads the corpus. Fails where a line is not of the form that its head
// tells.
func Subjects() ([]Subject, error) {
	var subjects []Subject
	for _, file := range []struct {
		name     string
		language Language
	}{{"ko.txt", Korean}, {"ko2.txt", Korean}, {"en.txt", English}} {
		text, err := corpus.ReadFile("corpus/" + file.name)
		if err != nil {
			return nil, fmt.Errorf("read corpus: %w", err)
		}
		read, err := parse(string(text), file.language)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file.name, err)
		}
		subjects = append(subjects, read...)
	}
	return subjects, nil
}

func parse(text string, language Language) ([]Subject, error) {
	var subjects []Subject
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		head, rest, _ := strings.Cut(line, " ")
		if head == "==" {
			rest, form, _ := strings.Cut(rest, " => ")
			name, words := cut(rest)
			name, fresh := strings.CutSuffix(name, " *")
			subjects = append(subjects, Subject{Name: name, Language: language, Words: words, Form: form, Fresh: fresh})
			continue
		}
		if len(subjects) == 0 {
			if head == "#" {
				continue // the file's own head
			}
			return nil, fmt.Errorf("line %d: a line before the first subject", n)
		}
		if !subjects[len(subjects)-1].add(head, rest, line) {
			return nil, fmt.Errorf("line %d: a sentence before the first aspect", n)
		}
	}
	return subjects, lines.Err()
}

func (s *Subject) add(head, rest, line string) bool {
	switch head {
	case "#":
		s.Titles = append(s.Titles, rest)
	case "~":
		s.Passing = append(s.Passing, rest)
	case "!":
		s.Decoys = append(s.Decoys, rest)
	case "--":
		name, words := cut(rest)
		s.Aspects = append(s.Aspects, Aspect{Name: name, Words: words})
	default:
		last := len(s.Aspects) - 1
		if last < 0 {
			return false
		}
		s.Aspects[last].Sentences = append(s.Aspects[last].Sentences, line)
	}
	return true
}

// cut reads "name | words ; words".
func cut(text string) (name string, words []string) {
	name, list, _ := strings.Cut(text, " | ")
	for word := range strings.SplitSeq(list, ";") {
		words = append(words, strings.TrimSpace(word))
	}
	return name, slices.DeleteFunc(words, func(w string) bool { return w == "" })
}
