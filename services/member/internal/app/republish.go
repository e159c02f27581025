package app

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/publisher"
	"github.com/dailyfeed/dailyfeed/support/process"
)

const republishBatch = 500

// republish states the sign-ups and the follows that stand of a time range again, for
// who has lost them. Consumers that have them ignore them.
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
	stated, err := member.NewRepublisher(s.store, s.store, facts).Republish(ctx, from, to, republishBatch)
	slog.InfoContext(ctx, "republished", "sign_ups", stated.SignUps, "follows", stated.Follows)
	if err != nil {
		return err
	}
	_, err = s.drain.DrainAll(ctx)
	return err
}

func rangeOf(args []string) (from, to time.Time, err error) {
	flags := flag.NewFlagSet("republish", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	usage := fmt.Errorf("%w: republish --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z", process.ErrUsage)
	instant := func(into *time.Time) func(string) error {
		return func(text string) (err error) {
			*into, err = time.Parse(time.RFC3339, text)
			return err
		}
	}
	flags.Func("from", "", instant(&from))
	flags.Func("to", "", instant(&to))
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || from.IsZero() || !from.Before(to) {
		return from, to, usage
	}
	return from, to, nil
}
