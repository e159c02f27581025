// Package app puts timeline together: it is the only package that sees all of it.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/config"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// Commands are timeline's subcommands.
func Commands() map[string]process.Command {
	return map[string]process.Command{
		"serve":              with(serve),
		"drain-dead-letters": with(drainDeadLetters),
		"rebuild":            with(rebuild),
	}
}

// with reads the settings and opens the log before a subcommand.
func with(run func(ctx context.Context, cfg config.Config, args []string) error) process.Command {
	return func(ctx context.Context, environ process.Environ, args []string) error {
		cfg, err := process.Load[config.Config](environ)
		if err != nil {
			return err
		}
		logger, err := process.NewLogger(os.Stdout, "timeline", cfg.LogLevel)
		if err != nil {
			return fmt.Errorf("%w: LOG_LEVEL: %w", process.ErrUsage, err)
		}
		slog.SetDefault(logger)
		return run(ctx, cfg, args)
	}
}

func bootstrap(cfg config.Config) string { return strings.Join(cfg.KafkaBootstrapServers, ",") }

// now is the clock of the service: UTC, to the microseconds that the database keeps.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
