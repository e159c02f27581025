package app

import (
	"context"
	"log/slog"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/publisher"
	"github.com/dailyfeed/dailyfeed/support/process"
)

const republishBatch = 500

// republish states the sign-ups and the follows that stand of a time range again, for
// who has lost them. Consumers that have them ignore them.
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
	stated, err := member.NewRepublisher(s.store, s.store, facts).Republish(ctx, from, to, republishBatch)
	slog.InfoContext(ctx, "republished", "sign_ups", stated.SignUps, "follows", stated.Follows)
	if err != nil {
		return err
	}
	_, err = s.drain.DrainAll(ctx)
	return err
}
