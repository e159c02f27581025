package ctl

import (
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/text/width"
)

// show prints value as JSON, or the rows as a table.
func (a *app) show(value any, head []string, rows [][]any) error {
	if a.output == "json" {
		encoder := json.NewEncoder(a.Out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(value); err != nil {
			return fmt.Errorf("print answer: %w", err)
		}
		return nil
	}
	if _, err := fmt.Fprint(a.Out, layOut(head, rows)); err != nil {
		return fmt.Errorf("print answer: %w", err)
	}
	return nil
}

const (
	gap      = 2
	maxCells = 80 // of one column
)

// layOut aligns columns by the cells that a terminal gives each character:
// Hangul takes two.
func layOut(head []string, rows [][]any) string {
	lines := [][]string{head}
	for _, row := range rows {
		line := make([]string, len(row))
		for i, value := range row {
			line[i] = clip(fmt.Sprint(value))
		}
		lines = append(lines, line)
	}
	widths := make([]int, len(head))
	for _, line := range lines {
		for i, text := range line {
			widths[i] = max(widths[i], cells(text))
		}
	}
	var out strings.Builder
	for _, line := range lines {
		for i, text := range line {
			out.WriteString(text)
			if i < len(line)-1 {
				out.WriteString(strings.Repeat(" ", widths[i]-cells(text)+gap))
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}

// clip makes a text one short line; what could move the cursor is not printed.
func clip(text string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
	used := 0
	for i, r := range clean {
		if used += cellsOf(r); used > maxCells {
			return clean[:i] + "…"
		}
	}
	return clean
}

func cells(text string) int {
	n := 0
	for _, r := range text {
		n += cellsOf(r)
	}
	return n
}

func cellsOf(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}
