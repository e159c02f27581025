package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/chart"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
)

// chartCommand holds the chart's version to its rules, and prints it as a line
// of GITHUB_OUTPUT.
func chartCommand() *cobra.Command {
	var tag string
	command := &cobra.Command{
		Use:   "chart",
		Short: "check the chart's version, as a release where a tag is given, and print version=…",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := open()
			if err != nil {
				return err
			}
			version, err := chart.Read(os.DirFS(w.Root))
			if err != nil {
				return err
			}
			if err := checkChart(c.Context(), w, version, tag); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "version=%s\n", version)
			return nil
		},
	}
	command.Flags().StringVar(&tag, "tag", "", "the git tag that releases it; empty to look whether it may go on as it is")
	return command
}

func checkChart(ctx context.Context, w *workspace.Workspace, version, tag string) error {
	answer, err := w.Run(ctx, workspace.Command{Words: []string{"git", "tag", "--list", chart.TagPrefix + "*"}})
	if err != nil {
		return fmt.Errorf("list releases: %w", err)
	}
	tags := strings.Fields(string(answer))
	if tag != "" {
		return chart.Release(version, tag, slices.DeleteFunc(tags, func(other string) bool { return other == tag }))
	}
	last := chart.Last(tags)
	if last == "" {
		return nil
	}
	from, err := source.Resolve(ctx, w, chart.TagPrefix+last)
	if err != nil {
		return err
	}
	to, err := source.Resolve(ctx, w, "HEAD")
	if err != nil {
		return err
	}
	files, err := source.Changed(ctx, w, from, to)
	if err != nil {
		return err
	}
	return chart.Next(version, last, slices.ContainsFunc(files, func(name string) bool { return strings.HasPrefix(name, chart.Sources) }))
}
