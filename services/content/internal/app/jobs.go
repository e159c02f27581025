package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/config"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/services/content/internal/publisher"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// drainDeadLetters sends every event that its own process did not, and tries the
// records that could not be applied once more. It ends well when only parked
// events are left.
func drainDeadLetters(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	sent, err := s.drain.DrainAll(ctx)
	slog.InfoContext(ctx, "drained", "sent", sent)
	sum, lettersErr := s.readDrain.DrainDue(ctx)
	slog.InfoContext(ctx, "letters tried", "applied", sum.Applied, "failed", sum.Failed, "parked", sum.Parked)
	return errors.Join(err, lettersErr)
}

const republishBatch = 500

// republish states the current versions of the posts, comments and likes that were
// created in a time range again, for rebuilding projections. Consumers that
// have them ignore them.
func republish(ctx context.Context, cfg config.Config, args []string) error {
	from, to, err := rangeOf(args)
	if err != nil {
		return err
	}
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	facts := &publisher.Recorder{
		Outbox: s.publisher, NewID: newEventID, TopicPrefix: cfg.TopicPrefix, Traceparent: func(context.Context) string { return "" },
	}
	job := content.NewRepublisher(s.store, s.store, facts)
	stated, err := job.Republish(ctx, from, to, republishBatch)
	slog.InfoContext(ctx, "republished", "posts", stated.Posts, "comments", stated.Comments, "likes", stated.Likes)
	if err != nil {
		return err
	}
	_, err = s.drain.DrainAll(ctx)
	return err
}

func rangeOf(args []string) (from, to time.Time, err error) {
	flags := flag.NewFlagSet("republish", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	fromText := flags.String("from", "", "")
	toText := flags.String("to", "", "")
	usage := fmt.Errorf("%w: republish --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z", process.ErrUsage)
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return from, to, usage
	}
	from, err = time.Parse(time.RFC3339, *fromText)
	if err != nil {
		return from, to, usage
	}
	to, err = time.Parse(time.RFC3339, *toText)
	if err != nil || !from.Before(to) {
		return from, to, usage
	}
	return from, to, nil
}
