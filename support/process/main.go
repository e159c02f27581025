package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// Environ is an environment in the form of os.Environ.
type Environ []string

// Command is one subcommand. It ends when ctx does, and returns nil for exit
// code 0. args are the words after the subcommand.
type Command func(ctx context.Context, environ Environ, args []string) error

// ErrUsage is wrapped by commands whose words were wrong: exit code 2.
var ErrUsage = errors.New("usage")

// Main runs the subcommand that the command line names and returns the exit
// code: 0 done, 1 failed, 2 wrong usage. It is all that a service's main does.
func Main(service string, commands map[string]Command) int {
	return dispatch(service, commands, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
}

func dispatch(service string, commands map[string]Command, args []string, environ Environ, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "--version" {
		fmt.Fprintln(stdout, service, Build())
		return 0
	}
	var command Command
	if len(args) > 0 {
		command = commands[args[0]]
	}
	if command == nil {
		printUsage(stderr, service, commands)
		return 2
	}
	ctx, stop := signalContext()
	defer stop()
	err := command(ctx, environ, args[1:])
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrUsage):
		fmt.Fprintln(stderr, service+":", err)
		return 2
	default:
		slog.Error("command failed", "command", args[0], "error", err)
		return 1
	}
}

// signalContext ends with the first SIGTERM or SIGINT. After that the signals
// have their default effect again, so that a second one ends a process that
// does not stop.
func signalContext() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

func printUsage(w io.Writer, service string, commands map[string]Command) {
	names := make([]string, 0, len(commands))
	for name := range commands {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(w, "usage: %s <command>\ncommands:\n", service)
	for _, name := range names {
		fmt.Fprintln(w, "  "+name)
	}
	fmt.Fprintln(w, "  --version")
}
