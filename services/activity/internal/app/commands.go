// Package app puts activity together: it is the only package that sees all of it.
package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/config"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/mongostore"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// Commands are activity's subcommands.
func Commands() map[string]process.Command {
	with := process.Configured("activity", func(c config.Config) string { return c.LogLevel })
	return map[string]process.Command{
		"serve":              with(serve),
		"migrate":            with(migrate),
		"drain-dead-letters": with(drainDeadLetters),
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
	made, err := client.EnsureIndexes(ctx, indexes())
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
	sum, err := s.letters.Drain(ctx, s.events.Retry)
	slog.InfoContext(ctx, "drained", "applied", sum.Applied, "failed", sum.Failed, "parked", sum.Parked)
	return err
}

// indexes are those of the documents, and of the letters that all services share.
func indexes() []mongo.Index { return append(mongostore.Indexes(), listenerletter.Indexes()...) }

// now is the clock of the service: UTC, to the microseconds that events have.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
