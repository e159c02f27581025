// Command edge is the fleet's front door at home.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/tools/edge"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "edge:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	settings, config, err := edge.Load(os.Environ())
	if err != nil {
		return err
	}
	log, err := process.NewLogger(os.Stderr, "edge", settings.LogLevel)
	if err != nil {
		return err
	}
	return edge.Run(ctx, settings, config, log)
}
