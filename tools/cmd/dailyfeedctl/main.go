// Command dailyfeedctl is dailyfeed on the command line.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/dailyfeed/dailyfeed/tools/ctl"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx)
	stop()
	os.Exit(code)
}

func run(ctx context.Context) int {
	folder, err := ctl.ConfigFolder()
	if err != nil {
		return ctl.Explain(os.Stderr, err)
	}
	around := ctl.Surroundings{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Getenv, Config: folder}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		around.ReadPassword = readPassword
	}
	return ctl.Explain(os.Stderr, ctl.New(around).ExecuteContext(ctx))
}

// readPassword asks on the terminal without showing what is typed.
func readPassword(prompt string) (string, error) {
	fmt.Fprint(os.Stderr, prompt)
	typed, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return string(typed), nil
}
