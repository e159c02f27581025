package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/search/internal/config"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/process"
)

const (
	shortStopLimit = 10 * time.Second
	keepHouseEvery = 10 * time.Minute
	lettersEvery   = time.Minute
	// tombstonesKept is longer than any topic keeps events (spec 10).
	tombstonesKept = 8 * 24 * time.Hour
	forgetAtOnce   = 1000
)

// serve runs the service until ctx ends. It answers, if only that it is not
// ready, before MongoDB is there. Components stop in reverse: requests end first,
// then the consumer leaves its group.
func serve(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	group := process.NewGroup(max(s.server.StopLimit(), shortStopLimit))
	group.AddLoop("traces", s.tracing.Run)
	group.AddLoop("signing keys", s.keys.Run)
	group.AddLoop("housekeeping", s.keepHouse)
	group.AddLoop("activities", s.consume)
	group.AddLoop("letters", s.retryLetters)
	group.Add("admin", s.server.RunAdmin(s.registry))
	group.Add("http", s.server.Run)
	slog.InfoContext(ctx, "starting", "build", process.Build().String())
	return group.Run(ctx)
}

// consume takes events once the indexes are known to be there.
func (s *service) consume(ctx context.Context) error {
	if err := s.awaitIndexes(ctx); err != nil {
		return err
	}
	return s.activities.Run(ctx)
}

// awaitIndexes comes before whatever applies an event. It fails, which ends the
// process, where MongoDB answers without them: every search would read everything,
// and nothing would keep documents apart.
func (s *service) awaitIndexes(ctx context.Context) error {
	return process.WaitFor(ctx, "mongodb", s.hasIndexes, mongo.ErrNotMigrated)
}

func (s *service) hasIndexes(ctx context.Context) error {
	return s.mongo.RequireIndexes(ctx, indexes())
}

// keepHouse removes tombstones that no event can be older than.
func (s *service) keepHouse(ctx context.Context) error {
	return process.Every(ctx, "housekeeping", keepHouseEvery, s.forgetDeletions)
}

func (s *service) forgetDeletions(ctx context.Context) error {
	for {
		removed, err := s.store.ForgetDeletions(ctx, now().Add(-tombstonesKept), forgetAtOnce)
		if err != nil || removed == 0 {
			return err
		}
	}
}

// retryLetters tries what could not be applied, each minute: a newer release may
// know better.
func (s *service) retryLetters(ctx context.Context) error {
	if err := s.awaitIndexes(ctx); err != nil {
		return err
	}
	return process.Every(ctx, "retry dead letters", lettersEvery, s.tryLetters)
}

func (s *service) tryLetters(ctx context.Context) error {
	return s.letters.Tend(ctx, s.consumer.Retry, func(left listenerletter.Counts) {
		s.unapplied.Set(left.Waiting, left.Parked, left.Oldest, now())
	})
}
