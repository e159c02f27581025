package envtable

import (
	"errors"
	"fmt"
	"strings"
)

// The table stands between these two lines of a README.
const (
	Begin = "<!-- settings: written by `make fix-env` from internal/config -->"
	End   = "<!-- end of settings -->"
)

// ErrNoMarks is returned for a README without the two lines.
var ErrNoMarks = errors.New("has no place for the table of settings")

// Table is the variables as a Markdown table.
func Table(variables []Variable) string {
	var b strings.Builder
	b.WriteString("| variable | default | meaning |\n|---|---|---|\n")
	for _, v := range variables {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", v.Name, defaultCell(v), cell(v.Meaning))
	}
	return b.String()
}

func defaultCell(v Variable) string {
	switch {
	case v.Required && v.Secret:
		return "required, secret"
	case v.Required:
		return "required"
	case v.Secret && v.Default == "":
		return "secret"
	case v.Default == "":
		return ""
	default:
		return "`" + cell(v.Default) + "`"
	}
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// Insert puts the table between the marks of a README.
func Insert(readme, table string) (string, error) {
	head, rest, ok := strings.Cut(readme, Begin)
	if !ok {
		return "", ErrNoMarks
	}
	_, tail, ok := strings.Cut(rest, End)
	if !ok {
		return "", ErrNoMarks
	}
	return head + Begin + "\n" + table + End + tail, nil
}

// Append puts a section with the table at the end of a README that has no
// place for it.
func Append(readme, table string) string {
	return strings.TrimRight(readme, "\n") + "\n\n## Settings\n\n" + Begin + "\n" + table + End + "\n"
}
