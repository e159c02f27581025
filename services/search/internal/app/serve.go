package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/search/internal/config"
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
// ready, before MongoDB is there; events are taken once the indexes are known to
// be. Components stop in reverse.
func serve(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	group := process.NewGroup(max(s.server.StopLimit(), shortStopLimit))
	group.AddLoop("traces", s.tracing.Run)
	group.AddLoop("signing keys", s.keys.Run)
	group.Add("admin", s.server.RunAdmin(s.registry))
	group.Add("http", s.server.Run)
	group.Add("indexes", s.requireIndexes)
	group.AddLoop("housekeeping", s.keepHouse)
	group.AddLoop("letters", s.retryLetters)
	group.AddLoop("activities", s.activities.Run)
	slog.InfoContext(ctx, "starting", "build", process.Build().String())
	return group.Run(ctx)
}

// requireIndexes ends the process where indexes are missing: without them every
// search reads everything, and nothing keeps documents apart. It waits for a
// MongoDB that is not there yet.
func (s *service) requireIndexes(ctx context.Context, ready func()) error {
	var missing error
	err := process.WaitFor(ctx, "mongodb", func(ctx context.Context) error {
		err := s.hasIndexes(ctx)
		if errors.Is(err, mongo.ErrNotMigrated) {
			missing = err
			return nil
		}
		return err
	})
	if missing != nil {
		return missing
	}
	if err == nil {
		ready()
	}
	<-ctx.Done()
	return nil
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
	return process.Every(ctx, "retry dead letters", lettersEvery, func(ctx context.Context) error {
		_, err := s.letters.Drain(ctx, s.consumer.Retry)
		return err
	})
}
