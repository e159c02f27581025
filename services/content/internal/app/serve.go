package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/config"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/process"
)

const (
	topicsEvery    = time.Hour
	lettersEvery   = time.Minute
	sampleEvery    = 15 * time.Second
	cleanEvery     = 5 * time.Minute
	cleanBatch     = 5000
	lettersBatch   = 100                // whole records, of up to a megabyte
	readsKept      = 8 * 24 * time.Hour // longer than any topic keeps their events
	shortStopLimit = 10 * time.Second
)

// serve runs the service until ctx ends. Components stop in reverse: requests
// end before the publisher flushes, and that before the pools close.
func serve(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	group := process.NewGroup(max(s.server.StopLimit(), shortStopLimit))
	group.AddLoop("traces", s.tracing.Run)
	group.AddLoop("signing keys", s.keys.Run)
	group.AddLoop("publisher", s.publisher.Run)
	group.AddLoop("drain", func(ctx context.Context) error { return s.drain.Run(ctx, cfg.DrainInterval) })
	if s.topics != nil {
		group.AddLoop("topics", s.keepTopics)
	}
	group.AddLoop("housekeeping", s.keepHouse)
	group.AddLoop("letters", s.retryLetters)
	if s.reads != nil {
		group.AddLoop("reads", s.reads.Run)
	}
	group.Add("admin", s.server.RunAdmin(s.registry))
	group.Add("http", s.server.Run)
	slog.InfoContext(ctx, "starting", "build", process.Build().String())
	return group.Run(ctx)
}

// keepTopics makes the topics of the next days, at the start and each hour. A
// failure is logged: a producer that misses a topic makes it by itself.
func (s *service) keepTopics(ctx context.Context) error {
	return process.Every(ctx, "ensure topics", topicsEvery, func(ctx context.Context) error {
		_, err := s.topics.ensure(ctx, now())
		return err
	})
}

// retryLetters tries records that could not be applied, each minute: a newer
// release may know better.
func (s *service) retryLetters(ctx context.Context) error {
	return process.Every(ctx, "retry dead letters", lettersEvery, func(ctx context.Context) error {
		_, err := s.readDrain.DrainDue(ctx)
		return err
	})
}

// keepHouse measures the table of events and removes what is not kept.
func (s *service) keepHouse(ctx context.Context) error {
	var cleaned time.Time
	return process.Every(ctx, "housekeeping", sampleEvery, func(ctx context.Context) error {
		if err := s.letters.Sample(ctx, s.deadLetters); err != nil {
			return err
		}
		counts, err := s.readLetters.Count(ctx)
		if err != nil {
			return err
		}
		s.unapplied.Set(counts.Waiting, counts.Parked, counts.Oldest, now())
		if now().Sub(cleaned) < cleanEvery {
			return nil
		}
		cleaned = now()
		return s.clean(ctx)
	})
}

func (s *service) clean(ctx context.Context) error {
	if err := s.book.Clean(ctx); err != nil {
		return err
	}
	if err := s.cleanLetters(ctx, now().Add(-deadletter.ParkedLife)); err != nil {
		return err
	}
	for {
		removed, err := s.store.ForgetReads(ctx, now().Add(-readsKept), cleanBatch)
		if err != nil || removed < cleanBatch {
			return err
		}
	}
}

// cleanLetters removes what was parked before that time; the log keeps it.
func (s *service) cleanLetters(ctx context.Context, before time.Time) error {
	if _, err := s.deadLetters.Expire(ctx, before, deadletter.LogArchive{}); err != nil {
		return err
	}
	for {
		removed, err := s.readLetters.Expire(ctx, before, lettersBatch)
		if err != nil || removed < lettersBatch {
			return err
		}
	}
}
