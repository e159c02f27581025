// Command withservers starts each server once, runs a command that finds them
// through the TESTENV_… variables, and stops them:
//
//	withservers -only mysql,redis -- go test ./...
//
// Its exit code is the command's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code, err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "withservers:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

var errUsage = errors.New("usage: withservers [-only mysql,redis,kafka,mongodb] -- command [argument…]")

func run(ctx context.Context, args []string, log io.Writer) (code int, err error) {
	flags := flag.NewFlagSet("withservers", flag.ContinueOnError)
	only := flags.String("only", "mysql,redis,kafka,mongodb", "the servers to start, by comma")
	if err := flags.Parse(args); err != nil {
		return 2, errUsage
	}
	if flags.NArg() == 0 {
		return 2, errUsage
	}
	kinds := kindsOf(*only)
	if err := server.Ensure(ctx, log, kinds...); err != nil {
		return 1, err
	}
	began := time.Now()
	running, err := startAll(ctx, kinds)
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, running.close()) }()
	fmt.Fprintf(log, "servers ready in %.1f s: %s\n", time.Since(began).Seconds(), running.summary())
	return command(ctx, flags.Args(), running.environment())
}

func kindsOf(list string) []server.Kind {
	var kinds []server.Kind
	for name := range strings.SplitSeq(list, ",") {
		kinds = append(kinds, server.Kind(strings.TrimSpace(name)))
	}
	return kinds
}

// stopGrace is what the command is given to end after an interrupt.
const stopGrace = 10 * time.Second

func command(ctx context.Context, args, env []string) (int, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopGrace
	err := cmd.Run()
	if exit, failed := errors.AsType[*exec.ExitError](err); failed {
		return max(exit.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, fmt.Errorf("run %s: %w", args[0], err)
	}
	return 0, nil
}
