// House keeps the house in order: it checks what the compiler does not, repairs
// what is mechanical, and runs the tests of all modules. The Makefile has a verb
// for each of its commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Exit codes.
const (
	exitFindings = 1 // also for a check that could not be made
	exitUsage    = 2
)

var (
	// errFindings means that the check was made and found something.
	errFindings = errors.New("findings")
	errUsage    = errors.New("usage")
)

// command is one subcommand.
type command struct {
	name, help string
	run        func(ctx context.Context, w *workspace.Workspace, args []string) error
}

func commands() []command {
	return []command{
		{"modules", "[-fix] [-quick] [folder…]: go.mod files agree, and each module tidies, builds and vets alone", runModules},
		{"arrows", "arrows.txt draws the imports between modules, no more and no less", runArrows},
		{"sizes", "no file is long; prints the comment ratio", runSizes},
		{"words", "no word of forbidden.txt is in the tree", runWords},
		{"exceptions", "what is taken out of the security checks has a reason and a date of the last year", runExceptions},
		{"env", "[-fix]: the READMEs' tables of settings are what the config structs say", runEnv},
		{"telemetry", "[-fix]: docs/telemetry.md is what the code says, and dashboards and alerts use metrics that exist", runTelemetry},
		{"lint", "[-fix] [folder…]: golangci-lint in every module", runLint},
		{"format", "[-fix]: the Go files are formatted", runFormat},
		{"tools", "builds the pinned tools into bin", runTools},
		{"test", "[-unit] [-integration] [-e2e] [-race=false] [-p n] [folder…]: the tests, with one summary", runTest},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := dispatch(ctx, os.Args[1:])
	stop()
	switch {
	case err == nil:
	case errors.Is(err, errUsage), errors.Is(err, flag.ErrHelp):
		os.Exit(exitUsage)
	case errors.Is(err, errFindings):
		os.Exit(exitFindings)
	default:
		fmt.Fprintln(os.Stderr, "house:", err)
		os.Exit(exitFindings)
	}
}

func dispatch(ctx context.Context, args []string) error {
	for _, c := range commands() {
		if len(args) == 0 || args[0] != c.name {
			continue
		}
		w, err := workspace.Find(".")
		if err != nil {
			return err
		}
		return c.run(ctx, w, args[1:])
	}
	fmt.Fprintln(os.Stderr, "usage: house <command>")
	for _, c := range commands() {
		fmt.Fprintf(os.Stderr, "  %-10s %s\n", c.name, c.help)
	}
	return errUsage
}

// flags parses the flags of a subcommand that takes no further words unless
// words is set.
func flags(name string, args []string, words bool, define func(*flag.FlagSet)) ([]string, error) {
	set := flag.NewFlagSet("house "+name, flag.ContinueOnError)
	define(set)
	if err := set.Parse(args); err != nil {
		return nil, errors.Join(errUsage, err)
	}
	if set.NArg() > 0 && !words {
		fmt.Fprintf(os.Stderr, "house %s takes no words: %q\n", name, set.Args())
		return nil, errUsage
	}
	return set.Args(), nil
}
