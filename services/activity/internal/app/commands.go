// Package app puts activity together: it is the only package that sees all of it.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/config"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/mongostore"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// Commands are activity's subcommands.
func Commands() map[string]process.Command {
	return map[string]process.Command{
		"serve":              with(serve),
		"migrate":            with(migrate),
		"drain-dead-letters": with(drainDeadLetters),
	}
}

// with reads the settings and opens the log before a subcommand.
func with(run func(ctx context.Context, cfg config.Config, args []string) error) process.Command {
	return func(ctx context.Context, environ process.Environ, args []string) error {
		cfg, err := process.Load[config.Config](environ)
		if err != nil {
			return err
		}
		logger, err := process.NewLogger(os.Stdout, "activity", cfg.LogLevel)
		if err != nil {
			return fmt.Errorf("%w: LOG_LEVEL: %w", process.ErrUsage, err)
		}
		slog.SetDefault(logger)
		return run(ctx, cfg, args)
	}
}

// migrate makes the indexes that are missing. It may run again, and in several
// processes at once.
func migrate(ctx context.Context, cfg config.Config, _ []string) error {
	client, err := openMongo(cfg, nil)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }() // nothing is written on closing
	if err := process.WaitFor(ctx, "mongodb", client.Ping); err != nil {
		return err
	}
	made, err := client.EnsureIndexes(ctx, mongostore.Indexes())
	if err != nil {
		return err
	}
	slog.InfoContext(ctx, "indexes are up to date", "made", len(made))
	return nil
}

// drainDeadLetters tries every letter that is due. It ends well also where some
// can still not be applied: they are due again later, or parked.
func drainDeadLetters(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	sum, err := s.drain.DrainDue(ctx)
	slog.InfoContext(ctx, "drained", "applied", sum.Applied, "failed", sum.Failed, "parked", sum.Parked)
	return err
}

// now is the clock of the service: UTC, to the microseconds that events have.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
