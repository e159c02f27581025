// Package changelog makes a list of changes from the subjects of commits, which
// are "area: what was done".
package changelog

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Commit is one line of history.
type Commit struct{ ID, Subject string }

// rest is the heading of subjects without an area.
const rest = "other"

// Read takes lines of `git log --format='%h %s'`.
func Read(log string) []Commit {
	var commits []Commit
	for line := range strings.Lines(log) {
		if id, subject, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			commits = append(commits, Commit{ID: id, Subject: subject})
		}
	}
	return commits
}

// Write prints the commits as Markdown under their areas, areas by name, commits
// in the order in which they are given.
func Write(out io.Writer, title string, commits []Commit) {
	byArea := map[string][]string{}
	var areas []string
	for _, c := range commits {
		area, text, ok := strings.Cut(c.Subject, ": ")
		if !ok || strings.ContainsAny(area, " \t") {
			area, text = rest, c.Subject
		}
		if byArea[area] == nil {
			areas = append(areas, area)
		}
		byArea[area] = append(byArea[area], fmt.Sprintf("- %s (%s)", escape(text), c.ID))
	}
	slices.Sort(areas)
	fmt.Fprintf(out, "# %s\n", escape(title))
	for _, area := range areas {
		fmt.Fprintf(out, "\n## %s\n%s\n", area, strings.Join(byArea[area], "\n"))
	}
}

// escape keeps a subject from being read as markup.
func escape(text string) string {
	return strings.NewReplacer("<", "&lt;", "[", `\[`, "*", `\*`).Replace(text)
}
