package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// summaryCommand prints what a person wants to know of a build, as Markdown.
func summaryCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "summary",
		Short: "image, tag, digest, actor and commit of this run, from IMAGE, TAG, DIGEST and GITHUB_…",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			printSummary(c.OutOrStdout(), os.Getenv)
			return nil
		},
	}
}

func printSummary(out io.Writer, get func(string) string) {
	fmt.Fprint(out, "| | |\n|---|---|\n")
	for _, row := range [][2]string{
		{"image", "IMAGE"},
		{"tag", "TAG"},
		{"digest", "DIGEST"},
		{"latest", "LATEST"},
		{"actor", "GITHUB_ACTOR"},
		{"branch", "GITHUB_REF_NAME"},
		{"commit", "GITHUB_SHA"},
	} {
		fmt.Fprintf(out, "| %s | `%s` |\n", row[0], cell(get(row[1])))
	}
}

// cell is a value that stays in its cell, whatever a branch is called.
func cell(value string) string {
	return strings.Map(func(r rune) rune {
		if r == '`' || r == '|' || r < ' ' {
			return '_'
		}
		return r
	}, value)
}
