// Release goes from a commit to an image: it names images, builds them, tells
// which services a change concerns and what a build weighs. The Makefile and
// the workflows call the same commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// errFindings means that a check was made and found something, which has been
// printed.
var errFindings = errors.New("findings")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil && !errors.Is(err, errFindings) {
		fmt.Fprintln(os.Stderr, "release:", err)
	}
	if err != nil {
		os.Exit(1)
	}
}

func root() *cobra.Command {
	command := &cobra.Command{
		Use: "release", Short: "From a commit to an image",
		SilenceUsage: true, SilenceErrors: true,
	}
	command.AddCommand(
		tagCommand(), changedCommand(), imageCommand(), pushCommand(), summaryCommand(), tableCommand(), changelogCommand(), chartCommand(), rehearseCommand(),
		licencesCommand(), vulnerabilitiesCommand(), scanCommand(), workflowsCommand(),
	)
	return command
}

// open finds the workspace around the working folder.
func open() (*workspace.Workspace, error) { return workspace.Find(".") }
