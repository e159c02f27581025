// Command fleet runs dailyfeed on one machine:
//
//	fleet up | down | status | seed | smoke | run
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/dailyfeed/dailyfeed/tools/fleet"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := newRoot().ExecuteContext(ctx)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err == nil:
	case interrupted && errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "fleet: interrupted")
		os.Exit(exitInterrupted)
	default:
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(exitCode(err))
	}
}

const (
	exitNotRunning  = 3
	exitInterrupted = 130
)

func exitCode(err error) int {
	if errors.Is(err, fleet.ErrNotRunning) {
		return exitNotRunning
	}
	return 1
}
