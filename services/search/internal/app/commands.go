// Package app puts search together: it is the only package that sees all of it.
package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/search/internal/config"
	"github.com/dailyfeed/dailyfeed/services/search/internal/mongostore"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
)

// Commands are search's subcommands.
func Commands() map[string]process.Command {
	with := process.Configured("search", func(c config.Config) string { return c.LogLevel })
	return map[string]process.Command{
		"serve":              with(serve),
		"migrate":            with(migrate),
		"rebuild":            with(rebuild),
		"drain-dead-letters": with(drainDeadLetters),
	}
}

// migrate makes the indexes.
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
	slog.InfoContext(ctx, "indexes are up to date", "made", fmt.Sprint(made))
	return err
}

// rebuild takes content's current state into the projection, while it serves.
// One that was stopped goes on where it was; --restart begins anew.
func rebuild(ctx context.Context, cfg config.Config, args []string) error {
	flags := flag.NewFlagSet("rebuild", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	restart := flags.Bool("restart", false, "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return fmt.Errorf("%w: rebuild [--restart]", process.ErrUsage)
	}
	if cfg.ContentURL.Base() == "" {
		return errors.New("CONTENT_URL: must be set")
	}
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.hasIndexes(ctx); err != nil {
		return err
	}
	if *restart {
		if err := s.rebuilder.Restart(ctx); err != nil {
			return err
		}
	}
	posts, comments, err := s.rebuildPatiently(ctx)
	slog.InfoContext(ctx, "rebuilt", "posts", posts, "comments", comments, "done", err == nil)
	return err
}

// rebuildTries is how often a rebuild goes on after MongoDB was away.
const rebuildTries = 10

// rebuildPatiently goes on where the store was away or slow for a moment.
func (s *service) rebuildPatiently(ctx context.Context) (posts, comments int, err error) {
	for range rebuildTries {
		p, c, failure := s.rebuilder.Rebuild(ctx)
		posts, comments, err = posts+p, comments+c, failure
		if !mongo.IsUnavailable(err) {
			return posts, comments, err
		}
		slog.WarnContext(ctx, "rebuild waits for mongodb", "error", err)
		if err := process.WaitFor(ctx, "mongodb", s.mongo.Ping); err != nil {
			return posts, comments, err
		}
	}
	return posts, comments, err
}

// drainDeadLetters tries the records that could not be applied once more. It
// ends when none is due; parked ones stay.
func drainDeadLetters(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	sum, err := s.letters.Drain(ctx, s.consumer.Retry)
	slog.InfoContext(ctx, "drained", "applied", sum.Applied, "failed", sum.Failed, "parked", sum.Parked)
	return err
}

// indexes are those of the documents, and of the letters that all services share.
func indexes() []mongo.Index { return append(mongostore.Indexes(), listenerletter.Indexes()...) }

func openMongo(cfg config.Config, tracing *telemetry.Tracing) (*mongo.Client, error) {
	return mongo.Open(mongo.Config{
		URI: cfg.MongoDBURI.Reveal(), Database: cfg.MongoDBDatabase, AppName: "search", MaxPool: cfg.MongoDBMaxConnections,
		Trace: tracing.Store("mongodb"),
	})
}

func bootstrap(cfg config.Config) string { return strings.Join(cfg.KafkaBootstrapServers, ",") }

// now is the clock of the service, in UTC.
func now() time.Time { return time.Now().UTC() }
