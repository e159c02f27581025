package ctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
)

// Surroundings are what a command finds around it.
type Surroundings struct {
	In       io.Reader
	Out, Err io.Writer
	Environ  func(name string) string
	// Config is the folder of the session file.
	Config string
	// ReadPassword asks a person; nil reads a line from In.
	ReadPassword func(prompt string) (string, error)
}

const defaultServer = "http://localhost:8080"

// New makes the root command.
func New(around Surroundings) *cobra.Command {
	a := &app{Surroundings: around}
	root := &cobra.Command{
		Use:               "dailyfeedctl",
		Short:             "dailyfeed on the command line",
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetOut(around.Out)
	root.SetErr(around.Err)
	root.PersistentFlags().StringVarP(&a.output, "output", "o", "table", "table, or json for programs")
	root.PersistentFlags().StringVar(&a.server, "server", "", "address of the edge (default: that of the session, $DAILYFEED_URL, "+defaultServer+")")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return a.checkOutput() }
	root.AddCommand(
		newSignUp(a), newLogIn(a), newLogOut(a), newWhoAmI(a),
		newPost(a), newFollow(a), newUnfollow(a), newFeed(a), newLike(a), newComment(a), newSearch(a),
		newEvents(a), newDeadLetters(a), newTopics(a), newKeys(a), newAudit(a), newDoctor(a),
	)
	return root
}

// app is what the commands share.
type app struct {
	Surroundings
	output, server string
}

var errOutput = errors.New("output must be table or json")

func (a *app) checkOutput() error {
	if a.output != "table" && a.output != "json" {
		return fmt.Errorf("%w, not %q", errOutput, a.output)
	}
	return nil
}

// Exit codes beside 0 and 1.
const (
	exitDiffer      = 3
	exitNotLoggedIn = 4
	exitRefused     = 5
	exitNoAnswer    = 6
)

// Explain writes what went wrong and returns the exit code.
func Explain(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	refused, isRefusal := errors.AsType[*rest.Failure](err)
	switch {
	case isRefusal && refused.StatusCode == http.StatusUnauthorized, errors.Is(err, errNotLoggedIn):
		fmt.Fprintln(w, "you are not logged in: dailyfeedctl login")
		return exitNotLoggedIn
	case isRefusal:
		fmt.Fprintf(w, "%s (%s, request %s)\n", refused.Message, refused.Code, refused.RequestID)
		for _, broken := range refused.Errors {
			fmt.Fprintf(w, "  %s: %s\n", broken.Field, broken.Message)
		}
		return exitRefused
	case errors.Is(err, context.Canceled):
		return 0
	}
	fmt.Fprintln(w, "dailyfeedctl:", err)
	switch {
	case errors.Is(err, errDiffer), errors.Is(err, errUnwell):
		return exitDiffer
	case errors.Is(err, errNoAnswer), errors.Is(err, errNotRunning), errors.Is(err, errNoStores):
		return exitNoAnswer
	}
	return 1
}

// ConfigFolder is where the session file is by default.
func ConfigFolder() (string, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find settings folder: %w", err)
	}
	return folder, nil
}
