package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/changelog"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
)

func changelogCommand() *cobra.Command {
	var from, to string
	command := &cobra.Command{
		Use:   "changelog",
		Short: "what was done between two commits, as Markdown by area",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := open()
			if err != nil {
				return err
			}
			end, err := source.Resolve(c.Context(), w, to)
			if err != nil {
				return err
			}
			revisions, title := end.ID, "Everything up to "+to
			if from != "" {
				begin, err := source.Resolve(c.Context(), w, from)
				if err != nil {
					return err
				}
				revisions, title = begin.ID+".."+end.ID, from+" to "+to
			}
			log, err := w.Run(c.Context(), workspace.Command{Words: []string{"git", "log", "--no-merges", "--format=%h %s", revisions, "--"}})
			if err != nil {
				return fmt.Errorf("read history: %w", err)
			}
			changelog.Write(c.OutOrStdout(), title, changelog.Read(string(log)))
			return nil
		},
	}
	command.Flags().StringVar(&from, "from", "", "the commit or tag of the last release; empty for the beginning")
	command.Flags().StringVar(&to, "to", "HEAD", "the last commit of the list")
	return command
}
