package app

import (
	"context"
	"errors"
	"log/slog"

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
	from, to, err := process.TimeRange("republish", args)
	if err != nil {
		return err
	}
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	facts := &publisher.Recorder{
		Outbox: s.deadLetters, NewID: newEventID, TopicPrefix: cfg.TopicPrefix, Traceparent: func(context.Context) string { return "" },
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
