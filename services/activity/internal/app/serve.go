package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/config"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/process"
)

const (
	sampleEvery  = 15 * time.Second
	cleanEvery   = time.Hour
	cleanBatch   = 1000
	lettersEvery = time.Minute
	// parkedLife is how long a parked letter is kept (spec 11).
	parkedLife     = 90 * 24 * time.Hour
	shortStopLimit = 10 * time.Second
	// hiddenLonger is how much longer deletions are remembered than activities
	// are kept: as long as the events that they hide may still come.
	hiddenLonger = 8 * 24 * time.Hour
)

// serve runs the service until ctx ends. Components stop in reverse: requests
// end first, then the consumer leaves its group, and then the pools close.
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
	group.AddLoop("consumer", s.consume)
	group.AddLoop("letters", s.retryLetters)
	group.AddLoop("streams", s.runHub)
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
	return s.consumer.Run(ctx)
}

// awaitIndexes comes before whatever applies an event. It fails, which ends the
// process, where MongoDB answers without them: an event could be recorded twice.
func (s *service) awaitIndexes(ctx context.Context) error {
	return process.WaitFor(ctx, "mongodb", s.hasIndexes, mongo.ErrNotMigrated)
}

func (s *service) hasIndexes(ctx context.Context) error {
	return s.mongo.RequireIndexes(ctx, indexes())
}

// retryLetters tries what could not be applied, each minute: a newer release may
// know better.
func (s *service) retryLetters(ctx context.Context) error {
	if err := s.awaitIndexes(ctx); err != nil {
		return err
	}
	return process.Every(ctx, "retry dead letters", lettersEvery, func(ctx context.Context) error {
		_, err := s.letters.Drain(ctx, s.events.Retry)
		return err
	})
}

// runHub tells streams what is recorded.
func (s *service) runHub(ctx context.Context) error {
	return s.hub.Run(ctx, func(err error) {
		slog.WarnContext(ctx, "recorded activities not read for streams", "error", err)
	})
}

// keepHouse measures the letters and removes what is not kept.
func (s *service) keepHouse(ctx context.Context) error {
	var cleaned time.Time
	return process.Every(ctx, "housekeeping", sampleEvery, func(ctx context.Context) error {
		counts, err := s.letters.Count(ctx)
		if err != nil {
			return err
		}
		s.metrics.letters.Set(counts.Waiting, counts.Parked, counts.Oldest, now())
		if now().Sub(cleaned) < cleanEvery {
			return nil
		}
		cleaned = now()
		return s.clean(ctx)
	})
}

// clean removes activities that are older than the retention, and what was
// remembered for them.
func (s *service) clean(ctx context.Context) error {
	oldest := now().Add(-s.retention)
	for _, job := range []struct {
		name   string
		before time.Time
		remove func(ctx context.Context, before time.Time, limit int) (int64, error)
	}{
		{"activities", oldest, s.store.RemoveActivities},
		{"deletions", oldest.Add(-hiddenLonger), s.store.ForgetDeletions},
		{"read marks", oldest, s.store.ForgetMarks},
		{"parked letters", now().Add(-parkedLife), s.expireLetters},
	} {
		var sum int64
		for {
			removed, err := job.remove(ctx, job.before, cleanBatch)
			sum += removed
			if err != nil {
				return err
			}
			if removed == 0 {
				break
			}
		}
		slog.InfoContext(ctx, "old documents removed", "what", job.name, "removed", sum)
		s.metrics.removed.WithLabelValues(job.name).Add(float64(sum))
	}
	return nil
}

// expireLetters removes what was parked long ago; the log keeps it whole, with key,
// headers and value in base64.
func (s *service) expireLetters(ctx context.Context, before time.Time, limit int) (int64, error) {
	removed, err := listenerletter.Expire(ctx, s.mongo, before, limit, func(ctx context.Context, l listenerletter.Letter) error {
		m := l.Message
		slog.WarnContext(ctx, "parked record archived and removed", "group", l.Group, "topic", m.Topic, "partition", m.Partition, "offset", m.Offset,
			"message_key", m.Key, "headers", m.Headers, "payload", m.Value, "last_error", l.Error)
		return nil
	})
	return int64(removed), err
}
