package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/tag"
)

// tagCommand prints the tag of a workflow's run as lines of GITHUB_OUTPUT. Both
// values are checked, so that no line of a stranger's making can be among them.
func tagCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "tag",
		Short: "name the images of this workflow run, from GITHUB_… and TYPED_TAG: prints tag=… and latest=…",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			run, err := tag.FromEnvironment(os.Getenv, time.Now())
			if err != nil {
				return err
			}
			choice, err := tag.Choose(run)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "tag=%s\nlatest=%t\n", choice.Tag, choice.Latest)
			return nil
		},
	}
}
